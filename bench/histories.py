"""How long the histories of a comparison take: cold over REST, warm, and cold from MLflow's database.

    python bench/histories.py --runs 10 --points 100000

Fills an SQLite database in `--folder` (kept for the next time), starts `mlflow server` on it, and prints a table.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench.generate_runs import fill
from domain.tracking.history import FIRST_STEP, History
from domain.tracking.runs import Run
from mlflow_api.client import MlflowApi
from mlflow_api.histories.metrics import MetricsApi
from services.connections.runs import history_store
from services.tracking.histories.store import Histories, HistoryStore
from services.tracking.sources.mlflow_runs import MlflowRuns
from settings.settings import Settings
from training.mlflow_server import DATABASE
from training.scratch_server import mlflow_server
from transport.http_client import JsonService


def main() -> None:
    """Parses the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--points", type=int, default=100_000, help="points per metric and run; there are 3 metrics")
    parser.add_argument("--folder", type=Path, default=Path("var/bench/histories"))
    options = parser.parse_args()
    folder = options.folder.resolve() / f"{options.runs}x{options.points}"
    if not (folder / DATABASE).exists():
        folder.mkdir(parents=True)
        for number in range(options.runs):  # one at a time: a run of 100,000 points takes 150 MB meanwhile
            fill(f"sqlite:///{folder / DATABASE}", 1, 1, options.points, seed=number)
    with mlflow_server(folder) as address:
        measure(MlflowApi(JsonService("MLflow", address)), folder / DATABASE)


def measure(mlflow: MlflowApi, database: Path) -> None:
    """Prints a line per measurement."""
    with caches() as cache:
        runs = list(MlflowRuns(mlflow, cache).everything(None, lambda _table: None).runs())
    lines = sum(len(run.metrics) for run in runs)
    print_line(f"{len(runs)} runs, {lines} lines; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", "")
    print_line("", "first line", "all sampled", "all exact")
    with caches() as cache:
        print_line("cold, over REST", *until_exact(store(mlflow, cache), runs))
        again = store(mlflow, cache)
        print_line("warm, a new worker", "", "", seconds(lambda: whole(again, runs)))
        print_line("warm, the same worker", "", "", seconds(lambda: whole(again, runs)))
    with caches() as cache:
        print_line("cold, from the database", *until_exact(store(mlflow, cache, database), runs))
    compare_exact_paths(mlflow, runs[0])
    print_line(f"memory, at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB", "")


def compare_exact_paths(mlflow: MlflowApi, run: Run) -> None:
    """Reads one history in full by windows of the interval endpoint, and by pages of the public one."""
    key = min(run.metrics)
    source = MetricsApi(mlflow)
    windows = partial(source.fetch_all, run.run_id, key, FIRST_STEP, None, lambda: True)
    print_line("one line, in windows", "", "", seconds(windows))
    pages: Callable[[], History | None] = lambda: source._by_pages(run.run_id, key, FIRST_STEP, lambda: True)  # noqa: E731
    print_line("one line, by get-history", "", "", seconds(pages))


def store(mlflow: MlflowApi, cache: Path, database: Path | None = None) -> HistoryStore:
    """Returns a store with an empty or a filled cache."""
    uri = None if database is None else f"sqlite:///{database}"
    return history_store(Settings(_env_file=None, cache_dir=cache, mlflow_backend_store_uri=uri), mlflow)


def until_exact(histories: HistoryStore, runs: list[Run]) -> tuple[float, float, float]:
    """Returns seconds until there is a first line, a line for each, and all points of each."""
    started, first, sampled = time.perf_counter(), 0.0, 0.0
    while True:
        seen = ask(histories, runs)
        now = time.perf_counter() - started
        first = first or (now if seen.found else 0.0)
        sampled = sampled or (now if len(seen.found) == sum(len(run.metrics) for run in runs) else 0.0)
        if not seen.pending and sampled:
            return first, sampled, now
        if seen.failures:
            print_line(f"  at {now:.1f} s: {', '.join(set(seen.failures.values()))}", "")
            time.sleep(1)
        time.sleep(0.02)


def whole(histories: HistoryStore, runs: list[Run]) -> None:
    """Requests all that is cached, once, and reads every value."""
    seen = ask(histories, runs)
    assert not seen.pending
    assert all(history.value.size == history.step.size for history in seen.found.values())


def ask(histories: HistoryStore, runs: list[Run]) -> Histories:
    """Returns what a page gets at once."""
    return histories.get(runs, {run.run_id: sorted(run.metrics) for run in runs}, wait_seconds=0.1)


def seconds(work: Callable[[], object]) -> float:
    """Returns how long `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@contextmanager
def caches() -> Iterator[Path]:
    """Makes an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def print_line(name: str, *figures: float | str) -> None:
    """Prints a line of the table."""
    cells = (f"{figure:11.3f} s" if isinstance(figure, float) else f"{figure:>13}" for figure in figures)
    print(f"{name:28}" + "".join(cells), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
