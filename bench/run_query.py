"""Times what a long run list asks of the server: sort, filter, page, ids and CSV, on a table in memory.

    python -m bench.run_query --runs 50000

By any column of every kind. Each figure is the median of five, with the columns' caches of a list that is known; `first`
is with none of them. The table is made of runs as Stable-Baselines3 logs them, a tenth of them diverged, half in families.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import orjson

from components.run_rows.list_csv import csv_pieces
from components.run_rows.listing import Page, ids_left, listing
from components.run_rows.rows import Known
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
TYPED = {"name": "ppo", "success_percent": "> 50", "started": "2026-11", "param:lr": "1e-3..5e-3", "status": "= failed"}


def main() -> None:
    """Parses the command line and prints a figure a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50_000)
    table = RunTable.of(runs(parser.parse_args().runs))
    for name, measure in measures(table).items():
        times = [timed(measure) for _round in range(ROUNDS)]
        told = (name, statistics.median(times) * 1000, times[0] * 1000)
        sys.stdout.write("{:50} {:7.0f} ms   (first {:.0f})\n".format(*told))


def runs(count: int) -> Iterator[Run]:
    """So many runs, each with nine metrics."""
    random = np.random.default_rng(1)
    for number in range(count):
        parent = number - number % 10
        value = float("nan") if number % 10 == 3 else float(random.random())
        keys = ("rollout/ep_rew_mean", "rollout/ep_len_mean", "rollout/success_rate", "train/loss", "train/ent")
        points = {
            key: LatestMetric.model_construct(value=value * (place + 1), step=number, timestamp=0)
            for place, key in enumerate((*keys, "train/kl", "time/fps", "time/episodes", "time/total_timesteps"))
        }
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


def known(table: RunTable) -> Known:
    """The columns of `table`, of which none is made yet."""

    def raw(ref: ColumnRef) -> Column:
        return column_of(table, ref, DEFAULT)

    made = WordColumns(table, raw, DEFAULT)
    shown = screen_columns(made, raw, silent_minutes(table, NOW))
    return Known(table, raw, shown, screen_columns(made, raw, np.full(len(table), np.nan)), DEFAULT)


def measures(table: RunTable) -> dict[str, Callable[[], object]]:
    """What is measured, by name; each request makes its columns anew, as another worker would."""
    usual = [*USUAL, *KEYED]

    def page(**query: object) -> bytes:
        asked = RunQuery.model_validate({"columns": usual} | query)
        return orjson.dumps(listing(known(table), asked, Page(0, 25)))

    found: dict[str, Callable[[], object]] = {"page of 25 × 14 columns": page}
    for ref in (*BUILT_IN, *KEYED):
        found[f"sort by {ref}"] = lambda ref=ref: page(sort=[f"-{ref}"])  # type: ignore[misc]
    for ref, typed in TYPED.items():
        found[f"filter {ref}: {typed}"] = lambda ref=ref, typed=typed: page(filters={ref: typed})  # type: ignore[misc]
    found["children below their parent"] = lambda: page(together=True)
    found["sort by three, filter by two"] = lambda: page(
        sort=["-success_percent", "name", "started"], filters={"name": "ppo or dqn", "param:note": "n"}
    )
    found["ids of all"] = lambda: orjson.dumps(ids_left(known(table), RunQuery()))
    found["CSV of all × 14 columns"] = lambda: as_csv(table, usual)
    return found


def as_csv(table: RunTable, usual: list[str]) -> int:
    """How long the file of all rows is."""
    there, query = known(table), RunQuery.model_validate({"columns": usual})
    return sum(len(piece) for piece in csv_pieces(there, query.columns, select(table, query, there.shown).rows))


def timed(measure: Callable[[], object]) -> float:
    """How many seconds it takes."""
    start = time.perf_counter()
    measure()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
