"""What the run table costs a worker: memory, and the time to open, publish, refresh and read columns.

    python -m bench.run_table
    python -m bench.run_table --runs 1500 --metrics 1500

Needs no MLflow: the table is made by NumPy. Each step runs in a process of its own that imports what a web worker
does, so that its memory can be split: "own" is what the process alone holds, "mapped" what it shares with the other
workers of the host.
"""

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

import app  # noqa: F401  # what a worker imports
from domain.run_table.arranging import parts_of
from domain.run_table.column_of import column_of
from domain.run_table.column_refs import ColumnRef
from domain.run_table.table import RunTable
from domain.run_table.table_facts import TableFacts
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.vocabulary import DEFAULT
from services.sharing.free_memory import trim_memory
from services.sharing.shared_file import SharedFile
from services.tracking.table_form import TableForm

KEYS = ("episode_reward", "loss", "success_rate", "episode_length", "lr", "entropy", "kl", "fps", "grad_norm")
NOW = datetime(2026, 11, 29, tzinfo=UTC)
LIVE = 10
SHOWN = ("name", "algorithm", "success_percent", "final_reward", "episodes", "started", "duration_minutes", "param:lr")


def run(number: int, metrics: int, *, live: bool = False) -> Run:
    """Returns one run of a typical team: a dozen parameters, seven tags."""
    rng = np.random.default_rng(number)
    points = rng.normal(size=metrics).tolist()
    names = [KEYS[i] if i < len(KEYS) else f"group{i % 40}/metric_{i:04}" for i in range(metrics)]
    return Run(
        run_id=f"{number:032x}",
        name=f"ppo-maze-{number}",
        experiment_id=str(number % 20),
        experiment=f"experiment {number % 20}",
        status=RunStatus.RUNNING if live else RunStatus.FINISHED,
        started_at=NOW - timedelta(minutes=number),
        ended_at=None if live else NOW - timedelta(minutes=number) + timedelta(hours=1),
        params={
            "algorithm": "PPO",
            "env_id": "Maze-v0",
            "seed": str(number),
            "lr": f"{rng.uniform(1e-5, 1e-2):.6g}",
            **{f"hyper_{i}": str(rng.integers(10)) for i in range(8)},
        },
        metrics={
            key: LatestMetric(value=value, step=number % 10_000, timestamp=1_796_000_000_000)
            for key, value in zip(names, points, strict=True)
        },
        tags={
            "mlflow.user": f"user{number % 8}",
            "mlflow.source.name": "train.py",
            "mlflow.runName": f"ppo-maze-{number}",
            "mlflow.source.git.commit": f"{number % 200:040x}",
            "mlflow.source.type": "LOCAL",
            "team": f"team{number % 4}",
            "note": f"note {number}",
        },
    )


def made(runs: int, metrics: int, portion: int = 100) -> RunTable:
    """Returns the whole table, joined from pages as a full reading does."""
    pages: list[RunTable] = []
    for begin in range(0, runs, portion):
        page = range(begin, min(runs, begin + portion))
        pages.append(RunTable(parts_of(run(number, metrics, live=number < LIVE) for number in page), facts()))
    return RunTable.joined(pages, facts())


def facts() -> TableFacts:
    """Returns facts as of the moment."""
    return TableFacts(version="bench", swept_at=NOW)


def memory_mib() -> dict[str, float]:
    """Returns what this process holds by itself, and what it has mapped from files, in MiB."""
    is_same = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {part: int(is_same[name].split()[0]) / 1024 for part, name in (("own", "RssAnon"), ("mapped", "RssFile"))}


def timed(work: Callable[[], Any], times: int = 5) -> tuple[float, Any]:
    """Returns the median of a few times, in ms of processor time, and the result: others may be running."""
    took = []
    for _time in range(times):
        began = time.process_time()
        found = work()
        took.append((time.process_time() - began) * 1000)
    return float(np.median(took)), found


def publish(path: Path, runs: int, metrics: int) -> dict[str, Any]:
    """Makes the table and writes it."""
    began = time.process_time()
    table = made(runs, metrics)
    found: dict[str, Any] = {"made of objects, page by page (s)": time.process_time() - began}
    pages = [table.take(np.arange(begin, min(runs, begin + 1000))) for begin in range(0, runs, 1000)]
    found["pages of 1,000 joined (ms)"], _table = timed(lambda: RunTable.joined(pages, facts()), 3)
    shared = SharedFile(path, TableForm())
    found["written (ms)"], _stamp = timed(lambda: shared.write(table), 3)
    found["file (MiB)"] = path.stat().st_size / 2**20
    return found


def open_it(path: Path, runs: int, metrics: int) -> dict[str, Any]:
    """Maps the table, as a worker does for each new version, and reads what a page shows."""
    before = memory_mib()
    found: dict[str, Any] = {f"memory before, {part} (MiB)": size for part, size in before.items()}
    took, table = timed(lambda: SharedFile(path, TableForm()).read())
    assert table is not None
    found["opened (ms)"] = took
    found["a run by its id (ms)"], _run = timed(lambda: table.get(f"{runs // 2:032x}"))
    columns = {text: timed(lambda text=text: column_of(table, ColumnRef.parse(text), DEFAULT), 3)[0] for text in SHOWN}
    found["slowest column shown (ms)"] = max(columns.values())
    found["all columns shown (ms)"] = sum(columns.values())
    found["keys of metrics, counted (ms)"], _keys = timed(lambda: table.metric_keys())
    found |= {f"memory after, {part} (MiB)": size for part, size in memory_mib().items()}
    return found


def refresh(path: Path, runs: int, metrics: int) -> dict[str, Any]:
    """Measures a refresh without the requests to MLflow, while ten live runs go on."""
    shared = SharedFile(path, TableForm())
    found = _merged(shared, metrics)
    shared.read()  # a worker goes on with what it has mapped again, and with nothing else
    trim_memory()
    return found | {f"memory of who refreshed, {part} (MiB)": size for part, size in memory_mib().items()}


def _merged(shared: SharedFile[RunTable], metrics: int) -> dict[str, Any]:
    table = shared.read()
    assert table is not None
    same = [run(number, metrics, live=True) for number in range(LIVE)]
    newer = {"loss": LatestMetric(value=1, step=2, timestamp=3)}
    grown = [one.model_copy(update={"metrics": {**one.metrics, **newer}}) for one in same]
    found: dict[str, Any] = {}
    compared, _same = timed(lambda: all(one == table.get(one.run_id) for one in same))
    merged, joined = timed(lambda: RunTable.joined([table, RunTable.of(grown)], facts()))
    written, _stamp = timed(lambda: shared.write(joined))
    is_same, _is_same = timed(lambda: table.has_same_runs(joined))
    found["ten live runs that stand still, compared (ms)"] = compared
    found["ten live runs that grew, merged (ms)"] = merged
    found["written, and mapped again (ms)"] = written
    found["a sweep that says the same, told (ms)"] = is_same
    return found


def alone(step: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """Returns the result of `step` in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(step, arguments)


def main() -> None:
    """Measures one size and prints the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50_000)
    parser.add_argument("--metrics", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "runs.table"
        found = {}
        for step in (publish, open_it, refresh):
            found |= alone(step, path, options.runs, options.metrics)
    rounded = {what: round(value, 1) for what, value in found.items()}
    sys.stdout.write(
        json.dumps({"runs": options.runs, "metrics": options.metrics, "cores": os.cpu_count()} | rounded, indent=1)
        + "\n"
    )


if __name__ == "__main__":
    main()
