"""What the server does for charts: one figure, three hundred, a metric among 1,500, a zoom of long histories.

    python -m bench.figures --port 18510

Fills SQLite databases in `--folder` (kept for the next time), starts `mlflow server` and Clew on them, prints a table.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import requests

from bench.clew_process import clew
from bench.generate_runs import fill, fill_long
from bench.many_points import add_metric
from training.mlflow_server import DATABASE
from training.scratch_server import mlflow_server

RUNS, METRICS, CHARTS, CONNECTIONS, REPEATS = 10, 1_500, 300, 6, 30


def main() -> None:
    """Parses the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("var/bench/figures"))
    parser.add_argument("--port", type=int, default=8060)
    parser.add_argument("--long-points", type=int, default=100_000)
    options = parser.parse_args()
    print_line(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", "")
    with served(options.folder / "many", options.port, _many) as (address, ids):
        many(address, ids)
    filled = partial(long_runs, RUNS, options.long_points)
    with served(options.folder / f"{RUNS}x{options.long_points}", options.port, filled) as (address, ids):
        long(address, ids)


def many(address: str, ids: Sequence[str]) -> None:
    """Measures ten runs of 1,500 metrics; 300 of them have 1,000 points a run."""
    runs = ",".join(ids)
    print_line("catalogue of 1,500 metrics, first", timed(lambda: get(address, "/charts/metrics", runs=runs), 1))
    print_line("catalogue of 1,500 metrics, again", timed(lambda: get(address, "/charts/metrics", runs=runs)))
    for number in range(CHARTS):
        whole(address, runs=runs, chart=f"long/m{number:03d}", width=300)
    chart: dict[str, Any] = {"runs": runs, "chart": "long/m007", "axis": "step"}
    print_line(
        "one figure of 10 lines at 300 points, warm (aim 15 ms)", timed(lambda: figure(address, **chart, width=300))
    )
    print_line("one figure of 10 lines at 1,000 points, warm", timed(lambda: figure(address, **chart, width=1000)))
    print_line(
        "  over another metric", timed(lambda: figure(address, **(chart | {"axis": "metric:long/m008"}), width=300))
    )
    tag = requests.get(f"{address}/charts/figure", chart | {"width": 300}, timeout=60).headers["ETag"]
    unchanged = {"If-None-Match": tag}
    print_line("  that is unchanged (304)", timed(lambda: figure(address, unchanged, **chart, width=300)))
    with ThreadPoolExecutor(CONNECTIONS) as browser:

        def all_charts() -> None:
            options = [chart | {"chart": f"long/m{number:03d}", "width": 300} for number in range(CHARTS)]
            list(browser.map(lambda query: figure(address, **query), options))

        print_line(f"{CHARTS} figures over {CONNECTIONS} connections", timed(all_charts, 3))


def long(address: str, ids: Sequence[str]) -> None:
    """Measures ten runs with three metrics of 100,000 points."""
    charts = ("@reward", "@loss", "@success_rate")
    runs = ",".join(ids)
    for chart in charts:
        whole(address, runs=runs, chart=chart)
    page = {"runs": runs, "axis": "step", "width": 1000}
    print_line("three charts, warm", timed(lambda: several(address, charts, **page)))
    weights = iter(range(1, 99))
    smoothed = timed(lambda: several(address, charts, **page, smoothing=next(weights) / 100), 10)
    print_line("three charts, another smoothing each time (aim 300 ms)", smoothed)
    starts = iter(range(1, 50_000, 97))
    print_line(
        "three charts, another zoom each time (aim 300 ms)",
        timed(lambda: several(address, charts, **page, x_from=next(starts), x_to=70_000)),
    )


def several(address: str, charts: Sequence[str], **query: Any) -> None:
    """Requests as a page does: all at once."""
    with ThreadPoolExecutor(CONNECTIONS) as browser:
        list(browser.map(lambda chart: figure(address, chart=chart, **query), charts))


def figure(address: str, headers: dict[str, str] | None = None, **query: Any) -> requests.Response:
    """Requests one chart."""
    answer = requests.get(f"{address}/charts/figure?{urlencode(query)}", headers=headers, timeout=60)
    assert answer.status_code in (200, 304), answer.text
    return answer


def whole(address: str, **query: Any) -> None:
    """Waits until all of its points have come."""
    while figure(address, **query).json()["pending"]:
        time.sleep(0.5)


def get(address: str, path: str, **query: Any) -> None:
    """Requests one answer."""
    requests.get(f"{address}{path}?{urlencode(query)}", timeout=60).raise_for_status()


def timed(call: Callable[[], object], times: int = REPEATS) -> str:
    """Returns the median and the longest, in milliseconds."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        found.append(1000 * (time.perf_counter() - began))
    return f"{median(found):8.1f} ms {max(found):8.1f} ms"


def print_line(what: str, figures: str) -> None:
    """Prints a line of the table."""
    print(f"{what:62s}{figures}", flush=True)  # noqa: T201


Filling = Callable[[Path], list[str]]


@contextmanager
def served(folder: Path, port: int, fill_store: Filling, **settings: str) -> Iterator[tuple[str, list[str]]]:
    """Starts Clew on an MLflow whose database is filled if it does not exist yet.

    Returns its address and the ids of its runs.
    """
    folder = folder.resolve()
    names = folder / "runs"
    if not names.exists():
        folder.mkdir(parents=True, exist_ok=True)
        names.write_text("\n".join(fill_store(folder / DATABASE)))
    uri = f"sqlite:///{folder / DATABASE}"
    with mlflow_server(folder) as mlflow, clew(mlflow, port, MLFLOW_BACKEND_STORE_URI=uri, **settings) as address:
        yield address, names.read_text().split()


def _many(database: Path) -> list[str]:
    ids = fill(f"sqlite:///{database}", RUNS, 1, 1)
    for number in range(METRICS - 3):
        is_long = number < CHARTS
        key = f"long/m{number:03d}" if is_long else f"agents/agent_{number // 30}/metric_{number % 30}"
        add_metric(database, ids, key, 1_000 if is_long else 1)
    return ids


def long_runs(runs: int, points: int, database: Path) -> list[str]:
    """Fills a database with runs that have three metrics of so many points; returns their ids."""
    return fill_long(f"sqlite:///{database}", runs, points)


if __name__ == "__main__":
    main()
