"""What it costs to recognise the tool of each run, and to read its columns. Needs no MLflow.

    python -m bench.tool_reading
    python -m bench.tool_reading --runs 1500 --metrics 1500

Half of the runs log as Stable-Baselines3 does, half as CleanRL, whose algorithm, environment and seed are in the
names of the runs. Times are processor time: other load of the machine does not count.
"""

import argparse
import sys
import time
from collections.abc import Callable

import numpy as np

from domain.run_facts.run_summary import summarise
from domain.run_table.column_of import column_of
from domain.run_table.column_refs import ColumnRef
from domain.run_table.raw_runs import RawMetrics, RawRuns, RawTexts
from domain.run_table.table import RunTable
from domain.run_table.table_facts import facts_now
from domain.run_table.words.tool_columns import tool_rows
from domain.tracking.vocabulary import DEFAULT

SB3 = (
    "rollout/ep_rew_mean",
    "rollout/ep_len_mean",
    "rollout/success_rate",
    "train/loss",
    "train/value_loss",
    "time/fps",
)
CLEANRL = ("charts/episodic_return", "charts/episodic_length", "charts/SPS", "losses/value_loss", "losses/entropy")
COLUMNS = ("algorithm", "seed", "final_reward", "final_loss", "value_loss", "throughput")
STARTED_MS = 1_790_000_000_000


def made(runs: int, metrics: int) -> RunTable:
    """Returns a table of so many runs, each with so many metrics."""
    keys = [[*names, *(f"agent/{number}" for number in range(metrics - len(names)))] for names in (SB3, CLEANRL)]
    key = [name for run in range(runs) for name in keys[run % 2]]
    row = np.repeat(np.arange(runs), [len(keys[run % 2]) for run in range(runs)])
    nothing = RawTexts(np.zeros(0, np.intp), [], [])
    raw = RawRuns(
        run_id=[f"{run:032x}" for run in range(runs)],
        name=[f"Ant-v4__ppo__{run % 10}__{1_700_000_000 + run}" for run in range(runs)],
        experiment_id=[str(run % 20) for run in range(runs)],
        experiment=[f"experiment {run % 20}" for run in range(runs)],
        status=np.full(runs, 2, np.int8),
        start_ms=np.full(runs, STARTED_MS),
        end_ms=np.full(runs, STARTED_MS + 1_000),
        metrics=RawMetrics(
            row, key, np.arange(len(key)) % 100.0, np.full(len(key), 9), np.full(len(key), STARTED_MS + 500)
        ),
        params=nothing,
        tags=nothing,
    )
    return RunTable(raw.parts(), facts_now())


def milliseconds(work: Callable[[], object]) -> float:
    """Returns the processor time."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def print_line(text: str) -> None:
    """Prints a line."""
    sys.stdout.write(f"{text}\n")


def main() -> None:
    """Prints each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50_000)
    parser.add_argument("--metrics", type=int, default=9)
    options = parser.parse_args()
    table = made(options.runs, options.metrics)
    print_line(f"the tools of all runs: {milliseconds(lambda: tool_rows(table)):.0f} ms")
    for name in COLUMNS:
        ref = ColumnRef.parse(name)
        print_line(f"column {name}: {milliseconds(lambda ref=ref: column_of(table, ref, DEFAULT)):.0f} ms")
    page = list(table.runs(range(50)))
    print_line(
        f"50 runs as objects, summarised: {milliseconds(lambda: [summarise(run, DEFAULT) for run in page]):.0f} ms"
    )


if __name__ == "__main__":
    main()
