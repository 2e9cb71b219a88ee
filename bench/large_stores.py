"""How long the run list of a large store takes, compared with MLflow's own time: by REST without a cache, by SQL.

    python -m bench.fill_large_stores /path/50k.db --runs 50000 --experiments 20
    python -m bench.fill_large_stores /path/1500x1500.db --runs 1500 --metrics 1500 --points 1
    python -m bench.large_stores /path/50k.db /path/1500x1500.db

For each database an `mlflow server` with one worker is started. A bare client then requests the pages that Clew
requested, reads their bytes and does nothing with them: that is MLflow's own time. MLflow's page is the request of
its list of runs: 100 of them.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
import requests

from domain.run_table.table import RunTable
from domain.tracking.vocabulary import DEFAULT
from mlflow_api.client import MlflowApi, RunAnswer
from services.database.mlflow_database import MlflowDatabase
from services.tracking.sources.database_columns import DatabaseColumns
from services.tracking.sources.database_first import DatabaseFirstRuns
from services.tracking.sources.database_runs import DatabaseRuns
from services.tracking.sources.mlflow_runs import MlflowRuns
from training.mlflow_server import DATABASE
from training.scratch_server import mlflow_server
from transport.http_client import JsonService

_MLFLOW_PAGE_RUNS = 100
_REFRESHES = 5


class EnoughSeen(Exception):
    """Signals that enough has been measured."""


class RecordedPages(MlflowApi):
    """Calls MLflow's API, and records which pages were requested."""

    pages: list[tuple[int, str]]

    def runs_page(
        self, experiment_ids: Sequence[str], where: str, most_runs: int, token: str = "", *, with_deleted: bool = False
    ) -> RunAnswer:
        """Implements `MlflowApi.runs_page`."""
        self.pages.append((most_runs, token))
        return super().runs_page(experiment_ids, where, most_runs, token, with_deleted=with_deleted)

    def within(self, seconds: float, *, each_seconds: float = float("inf")) -> MlflowApi:
        """Implements `MlflowApi.within`, with the same records."""
        found = RecordedPages(self.service, ends=time.monotonic() + seconds, each_seconds=each_seconds)
        found.pages = self.pages
        return found


def main() -> None:
    """Parses the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("databases", type=Path, nargs="+", help="SQLite files of MLflow")
    parser.add_argument("--sql-only", action="store_true", help="leave out what takes minutes")
    parser.add_argument("--most-seconds", type=float, default=3_600.0, help="read no longer by REST than this")
    options = parser.parse_args()
    for path in options.databases:
        print_line(f"{path.name}; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        by_sql(path)
        if not options.sql_only:
            by_rest(path, options.most_seconds)


def by_sql(path: Path) -> None:
    """Prints what the database takes, from an empty cache."""
    database = MlflowDatabase(f"sqlite:///{path.resolve()}")
    with tempfile.TemporaryDirectory() as folder:
        rest = MlflowRuns(MlflowApi(JsonService("MLflow", "http://127.0.0.1:1")), Path(folder))
        columns = DatabaseColumns(database)
        source = DatabaseFirstRuns(DatabaseRuns(database, DEFAULT.named), rest, columns)
        began, arrived = time.monotonic(), list[float]()
        table = source.everything(None, lambda _table: arrived.append(time.monotonic() - began))
        whole = time.monotonic() - began
        assert table.facts.over_rest is None, table.facts.over_rest
        print_line(
            f"  SQL: first rows {arrived[0] if arrived else whole:.2f} s, all {len(table)} {whole:.2f} s,"
            f" {len(table.metric_keys().names)} metrics in the catalogue"
        )
        refreshed("SQL", table, whole, lambda: source.changes(table, datetime.now(UTC)))
        key = table.metric_keys().names[0]
        ids = list(table.run_ids)
        print_line(
            f"  SQL: any metric {seconds(lambda: columns.metric(key, ids)):.3f} s,"
            f" least and greatest {seconds(lambda: columns.extremes(key, ids)):.3f} s,"
            f" all metrics of ten runs {seconds(lambda: columns.latest(ids[:10])):.3f} s"
        )


def by_rest(path: Path, most_seconds: float) -> None:
    """Prints what REST takes from an empty cache, and what MLflow takes for the same pages, and for its own."""
    with mlflow_on(path) as (address, process), tempfile.TemporaryDirectory() as folder:
        mlflow = RecordedPages(JsonService("MLflow", address))
        mlflow.pages = []
        before = peak_mib(process)
        source = MlflowRuns(mlflow, Path(folder))
        began, shown = time.monotonic(), list[tuple[float, RunTable]]()

        def arrived(table: RunTable) -> None:
            shown.append((time.monotonic() - began, table))
            if shown[-1][0] > most_seconds:
                raise EnoughSeen

        try:
            table = source.everything(None, arrived)
        except EnoughSeen:
            table = shown[-1][1]
        took = time.monotonic() - began
        first, progress = shown[0][1].progress, table.progress
        sizes = [size for size, _token in mlflow.pages]
        print_line(
            f"  REST: first {first.read if first else 0} rows {shown[0][0]:.2f} s; {len(table)} rows {took:.1f} s"
            f" ({'all' if progress is None else f'of about {progress.about}'}), shown {len(shown)} times on the way,"
            f" {len(sizes)} pages of up to {max(sizes)} runs"
        )
        print_line(f"  REST: MLflow's memory {before} MiB before, {peak_mib(process)} MiB at most")
        bare = seconds(lambda: read_bare(address, mlflow.pages))
        print_line(f"  REST: MLflow alone for the same pages {bare:.1f} s: Clew takes {took / bare - 1:+.1%}")
        if progress is None:
            refreshed("REST", table, took, lambda: source.changes(table, datetime.now(UTC)))
        own, peak = seconds(lambda: read_bare(address, [(_MLFLOW_PAGE_RUNS, "")])), peak_mib(process)
        print_line(f"  MLflow's own page of {_MLFLOW_PAGE_RUNS} runs {own:.2f} s; its memory then {peak} MiB at most")


def refreshed(lane: str, table: RunTable, whole: float, refresh: Callable[[], RunTable]) -> None:
    """Prints how long it takes to see that nothing is new."""
    assert refresh() is table
    took = statistics.median(seconds(refresh) for _ in range(_REFRESHES))
    print_line(f"  {lane}: refresh with nothing new {took:.3f} s, 1/{whole / took:.0f} of all")


def read_bare(address: str, pages: list[tuple[int, str]]) -> None:
    """Requests these pages and does nothing with them."""
    found = requests.post(f"{address}/api/2.0/mlflow/experiments/search", json={"max_results": 1000}, timeout=60)
    groups = [experiment["experiment_id"] for experiment in found.json()["experiments"]]
    for size, token in pages:
        body = {"experiment_ids": groups, "max_results": size, "order_by": ["attributes.start_time DESC"]}
        if token:
            body["page_token"] = token
        requests.post(f"{address}/api/2.0/mlflow/runs/search", json=body, timeout=600).raise_for_status()


@contextmanager
def mlflow_on(path: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Starts MLflow on the database; yields its address and its first process."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / DATABASE).symlink_to(path.resolve())
        before = set(psutil.Process().children())
        with mlflow_server(Path(folder)) as address:
            (server,) = set(psutil.Process().children()) - before
            yield address, server


def peak_mib(process: psutil.Process) -> int:
    """Returns the most memory that the largest of a server's processes ever had."""
    return max(_peak_of(one.pid) for one in [process, *process.children(recursive=True)]) // 1024


def _peak_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def seconds(work: Callable[[], object]) -> float:
    """Returns how long it takes."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


def print_line(line: str) -> None:
    """Prints at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
