"""Times the server's work for a long run list: sort, filter, page, ids and CSV, on a table in memory.

    python -m bench.run_query --runs 50000

By any column of every kind. Each figure is the median of five with the columns that a worker keeps; `first` is with
none made yet, as for the first request of a new list. Runs as Stable-Baselines3 logs them: one in ten has diverged,
half of them are in families.
"""

import argparse
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import orjson

from components.run_rows.list_csv import csv_pieces
from components.run_rows.listing import Page, listing, matching_ids
from components.run_rows.rows import ListData
from components.run_rows.word_columns import WordColumns, screen_columns
from domain.run_table.column_of import column_of
from domain.run_table.column_refs import BUILT_IN, ColumnRef
from domain.run_table.columns import Column
from domain.run_table.query import RunQuery, select
from domain.run_table.silence_column import silent_minutes
from domain.run_table.table import RunTable
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.vocabulary import DEFAULT

ROUNDS = 5
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
USUAL = ("name", "run_id", "experiment", "algorithm", "environment", "seed", "started", "success_percent", "episodes")
KEYED = ("param:lr", "param:note", "tag:mlflow.user", "metric:train/loss", "metric:rollout/ep_rew_mean")
METRICS = (
    *("rollout/ep_rew_mean", "rollout/ep_len_mean", "rollout/success_rate", "train/loss", "train/entropy_loss"),
    *("train/approx_kl", "time/fps", "time/episodes", "time/total_timesteps"),
)
TYPED = {"name": "ppo", "success_percent": "> 50", "started": "2026-11", "param:lr": "1e-3..5e-3", "status": "= failed"}


def main() -> None:
    """Parses the command line and prints a figure a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50_000)
    table = RunTable.of(runs(parser.parse_args().runs))
    for name, measure in measures().items():
        there = known(table)
        first, *rest = (timed(measure, there) for _round in range(ROUNDS + 1))
        cells = [name, *(statistics.median(times) for times in zip(*rest, strict=True)), *first]
        sys.stdout.write("{:40} {:6.0f} ms, {:5.0f} of CPU   (first {:6.0f}, {:5.0f})\n".format(*cells))


def runs(count: int) -> Iterator[Run]:
    """Yields so many runs, each with nine metrics."""
    random = np.random.default_rng(1)
    for number in range(count):
        parent = number - number % 10
        points = {
            key: LatestMetric.model_construct(value=value, step=number, timestamp=0)
            for key, value in zip(METRICS, random.random(len(METRICS)).tolist(), strict=True)
        }
        if number % 10 == 3:
            points["train/loss"] = LatestMetric.model_construct(value=math.nan, step=number, timestamp=0)
        started = NOW - timedelta(seconds=number * 37)
        yield Run.model_construct(
            run_id=f"{number:032x}",
            name=f"{('ppo', 'dqn', '学習')[number % 3]}-{number}",
            experiment_id=str(number % 20),
            experiment=f"experiment {number % 20}",
            status=tuple(RunStatus)[number % 5],
            started_at=started,
            ended_at=started + timedelta(seconds=600),
            odd_start_ms=None,
            odd_end_ms=None,
            params={
                "algo": "PPO",
                "seed": str(number % 100),
                "lr": f"{random.random():.6f}",
                "note": f"n {number} " * 9,
            },
            metrics=points,
            tags={"mlflow.user": f"user {number % 30}"}
            | ({"mlflow.parentRunId": f"{parent:032x}"} if number % 20 > 10 else {}),
        )


def known(table: RunTable) -> ListData:
    """Returns the columns of `table`, none of them made yet."""

    @cache
    def raw(ref: ColumnRef) -> Column:
        return column_of(table, ref, DEFAULT)

    made = WordColumns(table, raw, DEFAULT)
    shown = screen_columns(made, raw, silent_minutes(table, NOW))
    return ListData(table, raw, shown, screen_columns(made, raw, np.full(len(table), np.nan)), DEFAULT)


def measures() -> dict[str, Callable[[ListData], object]]:
    """Returns what is measured, by name."""
    found: dict[str, Callable[[ListData], object]] = {"page of 25 × 14 columns": page()}
    found |= {f"sort by {ref}": page(sort=[f"-{ref}"]) for ref in (*BUILT_IN, *KEYED)}
    found |= {f"filter {ref}: {typed}": page(filters={ref: typed}) for ref, typed in TYPED.items()}
    return found | {
        "children below their parent": page(together=True),
        "sort by three, filter by two": page(
            sort=["-success_percent", "name", "started"], filters={"name": "ppo or dqn", "param:note": "n"}
        ),
        "ids of all": lambda there: orjson.dumps(matching_ids(there, RunQuery())),
        "CSV of all × 14 columns": as_csv,
    }


def page(**query: object) -> Callable[[ListData], bytes]:
    """Requests the first page of a query, as the browser does."""
    query_of_list = RunQuery.model_validate({"columns": [*USUAL, *KEYED]} | query)
    return lambda there: orjson.dumps(listing(there, query_of_list, Page(0, 25)))


def as_csv(there: ListData) -> int:
    """Returns the length of the file of all rows."""
    query = RunQuery.model_validate({"columns": [*USUAL, *KEYED]})
    rows = select(there.table, query, there.shown).rows
    return sum(len(piece) for piece in csv_pieces(there, query.columns, rows))


def timed(measure: Callable[[ListData], object], there: ListData) -> tuple[float, float]:
    """Returns how many ms it takes, and how many of them are processor time of this process: others may be running."""
    start, used = time.perf_counter(), time.process_time()
    measure(there)
    return (time.perf_counter() - start) * 1000, (time.process_time() - used) * 1000


if __name__ == "__main__":
    main()
