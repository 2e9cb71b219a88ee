"""What a report of a hundred runs costs: `python -m bench.reports --port 18600`.

A real MLflow, Clew as it is deployed, one worker: a hundred runs of 300 parameters and 29 metrics; a report with a
chart of one of them, and one with a chart of each. Memory is the highest of the worker's resident set meanwhile, less
what it had.
"""

import argparse
import os
import sqlite3
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Final

import requests

from bench.clew_process import clew
from bench.fill_large_stores import Plan, fill, metric_names
from bench.large_stores import mlflow_on
from bench.run_files import growth, print_line

RUNS, PARAMETERS, METRICS = 100, 300, 29
_SECONDS: Final = 600


def main() -> None:
    """Fills, requests, and prints a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=18600)
    parser.add_argument("--points", type=int, default=1_000, help="of each metric of each run")
    options = parser.parse_args()
    metrics = metric_names(METRICS)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        database = Path(folder) / "reports.db"
        fill(database, Plan(RUNS, 1, metrics, options.points))
        runs = with_parameters(database)
        with mlflow_on(database) as (mlflow, _server), clew(mlflow, options.port, WEB_WORKERS="1") as address:
            print_line("load average of this machine", f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            wait_for_all(address)
            for what, charts in (("one chart", metrics[:1]), (f"{METRICS} charts", metrics), ("the same", metrics)):
                grown, took, size = growth(partial(report, address, runs, charts))
                figure = f"+ {grown:.0f} MB, {took:.1f} s, {size / 1e6:.1f} MB"
                print_line(f"report of {RUNS} runs, {what} (aim + 50 MB)", figure)


def with_parameters(database: Path) -> list[str]:
    """Adds parameters to all runs, and returns the runs' ids."""
    with sqlite3.connect(database) as connection:
        runs = [run for (run,) in connection.execute("SELECT run_uuid FROM runs")]
        keys = [f"group{n % 10}.p{n:03d}" for n in range(PARAMETERS)]
        rows = ((key, f"{key} {place}", run) for key in keys for place, run in enumerate(runs))
        connection.executemany("INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)", rows)
    return runs


def wait_for_all(address: str) -> None:
    """Waits until Clew has read all runs."""
    ends = time.monotonic() + _SECONDS
    while requests.get(f"{address}/api/runs", timeout=120).status_code != 200:
        if time.monotonic() > ends:
            raise SystemExit("Clew does not get to know the runs")
        time.sleep(1)


def report(address: str, runs: list[str], charts: tuple[str, ...]) -> int:
    """Reads it, discards it, and returns its size in bytes."""
    options = {"runs": ",".join(runs), "chart": list(charts)}
    size = 0
    with requests.get(f"{address}/runs/report.html", options, timeout=_SECONDS, stream=True) as answer:
        answer.raise_for_status()
        for piece in answer.iter_content(2**20):
            size += len(piece)
    return size


if __name__ == "__main__":
    main()
