"""Three hundred charts of ten runs: how long until the first are drawn, and how the page scrolls to the last.

    python -m bench.chart_grid fill sqlite:////path/grid.db      prints the runs: 10 of 300 metrics with 1,000 points
    mlflow server --backend-store-uri sqlite:////path/grid.db --workers 1 --port 5051
    MLFLOW_TRACKING_URI=http://127.0.0.1:5051 make run
    python -m bench.chart_grid scroll http://127.0.0.1:8050 <runs>
    python -m bench.chart_grid pick http://127.0.0.1:8050 <runs>

`fill` also logs 1,200 metrics of one point, so that five have to be found among 1,500.

Long tasks are those of Chromium's PerformanceObserver, which block the page for 50 ms or more. Those before the
first chart are Plotly's and Dash's own loading, and are counted separately.
"""

import argparse
import sys
import time
import uuid
from typing import Any

import numpy as np
from mlflow.store.tracking.dbmodels.models import SqlLatestMetric, SqlRun
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from sqlalchemy import insert

from bench.generate_runs import _append_points, _experiment
from bench.headless import browser

RUNS, POINTS = 10, 1_000
PREFIXES = ("train", "rollout", "losses", "time", "learners/default_policy")
KEYS = ("rollout/ep_rew_mean", "train/loss", *(f"{PREFIXES[n % 5]}/metric_{n:03}" for n in range(298)))
SHORT_KEYS = tuple(f"agents/agent_{n // 30}/metric_{n % 30}" for n in range(1_200))
OPEN = "&".join(f"open={prefix.partition('/')[0]}" for prefix in PREFIXES)
WATCH = """
window.longTasks = [];
const keep = (one) => window.longTasks.push([one.startTime, one.duration]);
new PerformanceObserver((list) => list.getEntries().forEach(keep))
  .observe({ type: "longtask", buffered: true });
"""
DRAWN = "document.querySelectorAll('.grid-chart .js-plotly-plot .scatterlayer .js-line').length"
# From the typed expression to the charts it selects, without the reader's pauses.
PICKED = r"metric_1[0-4]2$"
PICK = f"""
document.querySelector('.grid-add').click();
document.querySelector('#metric-picker-expression').click();
const find = document.querySelector('#metric-picker-find');
find.value = String.raw`{PICKED}`;
find.dispatchEvent(new Event('input'));
document.querySelector('dialog.metric-picker .btn-outline-primary').click();
"""
PICKED_LINES = "document.querySelectorAll('.grid-chart[data-chart*=metric_1] .scatterlayer .js-line').length"
# 1,500 pixels a second, as with a mouse wheel; at the end a pause, in which the visible charts are drawn. Instant: the
# page's own scrolling is smooth, and restarting it with each frame would never move it.
SCROLL = """
const done = arguments[0], began = performance.now();
let before = began, last = -1, rests = 0;
requestAnimationFrame(function step(now) {
  if (window.scrollY === last) { if (++rests > 30) return done([began, performance.now()]); }
  else rests = 0;
  last = window.scrollY;
  window.scrollBy({ top: Math.max(1, 1.5 * (now - before)), behavior: "instant" });
  before = now;
  requestAnimationFrame(step);
});
"""


def main() -> None:
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    tasks = parser.add_subparsers(required=True, dest="task")
    tasks.add_parser("fill").add_argument("uri")
    for name in ("scroll", "pick"):
        measuring = tasks.add_parser(name)
        measuring.add_argument("address")
        measuring.add_argument("runs")
        measuring.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.task == "fill":
        sys.stdout.write(",".join(fill(options.uri)) + "\n")
        return
    for _round in range(options.rounds):
        (scroll if options.task == "scroll" else pick)(options.address, options.runs)


def fill(uri: str) -> list[str]:
    """Adds the runs to a database; returns their ids."""
    store = SqlAlchemyStore(uri, "mlflow-artifacts:/")
    now = int(time.time() * 1000)
    experiment = _experiment(store, f"bench-grid-{uuid.uuid4().hex[:4]}", now)
    rng = np.random.default_rng(0)
    ids = [uuid.uuid4().hex for _number in range(RUNS)]
    for number, run_id in enumerate(ids):
        rows = _rows(run_id, now, rng)
        with store.ManagedSessionMaker() as session:
            session.execute(insert(SqlRun), [_run(run_id, number, experiment, now)])
            session.execute(
                insert(SqlLatestMetric), rows[POINTS - 1 : len(KEYS) * POINTS : POINTS] + rows[len(KEYS) * POINTS :]
            )
        _append_points(uri, rows)
    return ids


def _run(run_id: str, number: int, experiment: int, now: int) -> dict[str, Any]:
    empty = dict.fromkeys(("source_name", "entry_point_name", "source_version"), "")
    return {
        "run_uuid": run_id,
        "name": f"ppo-{number}",
        "experiment_id": experiment,
        "user_id": "bench",
        "status": "FINISHED",
        "start_time": now - number * 60_000,
        "end_time": now,
        "lifecycle_stage": "active",
        "artifact_uri": f"mlflow-artifacts:/{experiment}/{run_id}/artifacts",
        "source_type": "LOCAL",
        **empty,
    }


def _rows(run_id: str, now: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    long = [
        _row(run_id, key, float(value), step, now)
        for key in KEYS
        for step, value in enumerate(np.cumsum(rng.normal(0, 1, POINTS)))
    ]
    return long + [_row(run_id, key, 1.0, 0, now) for key in SHORT_KEYS]


def _row(run_id: str, key: str, value: float, step: int, now: int) -> dict[str, Any]:
    moment = now - 600_000 + step * 500
    return {"run_uuid": run_id, "key": key, "value": value, "timestamp": moment, "step": step, "is_nan": False}


def scroll(address: str, runs: str) -> None:
    """Measures one page load with all sections open, and one way to its end."""
    with browser() as chromium:
        chromium.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        chromium.driver.set_script_timeout(300)
        page = f"{address}/mlflow?runs={runs}&{OPEN}"
        first = chromium.loaded(page, f"{DRAWN} >= 20")
        chromium.until("document.querySelectorAll('.grid-chart').length >= 200", "")
        charts = chromium.run("return document.querySelectorAll('.grid-chart').length")
        began, ended = chromium.driver.execute_async_script(SCROLL)
        tasks = chromium.run("return window.longTasks")
        scrolled = [duration for start, duration in tasks if start >= began]
        loading = [duration for start, duration in tasks if start < began]
        sys.stdout.write(
            f"{charts} charts: first drawn after {first:.2f} s; scrolled to the end in {(ended - began) / 1000:.1f} s: "
            f"longest block {max(scrolled, default=0):.0f} ms, over 100 ms: {sum(one > 100 for one in scrolled)}, "
            f"over 50 ms: {len(scrolled)}; while loading: longest {max(loading, default=0):.0f} ms, "
            f"{len(loading)} over 50 ms; heap {chromium.heap() / 2**20:.0f} MiB\n"
        )


def pick(address: str, runs: str) -> None:
    """Measures one page load, and five metrics that an expression finds."""
    with browser() as chromium:
        chromium.loaded(f"{address}/mlflow?runs={runs}", f"{DRAWN} >= 20")
        chromium.until("window.clew.gridLayout.metricsOf(window.clew.chartGrids.of('compare')).length >= 1000", "")
        first = chromium.until(f"{PICKED_LINES} >= {RUNS}", PICK)
        every = first + chromium.until(f"{PICKED_LINES} >= {5 * RUNS}", "")
        sys.stdout.write(f"picked: the first chart's ten lines after {first:.2f} s, all five charts {every:.2f} s\n")


if __name__ == "__main__":
    main()
