"""Fills SQLite databases of MLflow with as many runs, or metrics, as a large team has, in a minute each.

    python -m bench.fill_large_stores /tmp/stores/50k.db --runs 50000 --experiments 20
    python -m bench.fill_large_stores /tmp/stores/1500x1500.db --runs 1500 --metrics 1500 --points 1
    python -m bench.fill_large_stores /tmp/stores/600x1000.db --runs 600 --metrics 1000 --points 1

Without `--metrics` a run logs nine, named as Stable-Baselines3 names them; with it, as RLlib does for many agents. Rows
come in the order of each table's primary key, past SQLAlchemy: anything else takes SQLite ten times as long. Start
`mlflow server --backend-store-uri sqlite:///...` on the file afterwards.
"""

import argparse
import math
import sqlite3
import time
import uuid
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

NINE = (
    "eval/mean_reward",
    "rollout/ep_len_mean",
    "rollout/ep_rew_mean",
    "rollout/success_rate",
    "time/fps",
    "time/total_timesteps",
    "train/approx_kl",
    "train/loss",
    "train/value_loss",
)
_OF_AN_AGENT = ("agent_episode_returns_mean", "agent_steps", "module_episode_returns_mean")
_MINUTE_MS = 60_000
_STEPS_APART = 2048
# One run in so many still runs, failed, is a child of another, or has a loss that is no number.
_RUNNING, _FAILED, _NESTED, _DIVERGED = 2_500, 40, 100, 200


class Plan(NamedTuple):
    """The content to write."""

    runs: int
    experiments: int
    metrics: tuple[str, ...]
    points: int


class Row(NamedTuple):
    """One run: its number, newest first, its id, its experiment and when it started."""

    number: int
    run_id: str
    experiment: int
    started_ms: int


def main() -> None:
    """Parses the command line and fills the database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, help="the file to make")
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--experiments", type=int, default=5)
    parser.add_argument("--metrics", type=int, default=0, help="metrics per run; without it the nine of a usual run")
    parser.add_argument("--points", type=int, default=3, help="points per metric and run")
    options = parser.parse_args()
    metrics = metric_names(options.metrics) if options.metrics else NINE
    fill(options.path, Plan(options.runs, options.experiments, metrics, options.points))


def metric_names(count: int) -> tuple[str, ...]:
    """Returns sorted names as RLlib gives them to many agents, including the usual ones."""
    usual = ("env_runners/episode_return_mean", "env_runners/episode_len_mean", "learners/default_policy/total_loss")
    agents = (f"env_runners/{what}/agent_{number:04d}" for number in range(count) for what in _OF_AN_AGENT)
    return tuple(sorted([*usual, *(name for _, name in zip(range(count - len(usual)), agents, strict=False))]))


def fill(path: Path, plan: Plan) -> None:
    """Makes MLflow's tables in `path`, if they do not exist yet, and adds the runs of `plan`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    SqlAlchemyStore(f"sqlite:///{path}", "mlflow-artifacts:/")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-1000000")
    rows = _runs(connection, plan)
    by_id = sorted(rows, key=lambda row: row.run_id)
    _insert(connection, "runs", _run_rows(by_id))
    for table, values in (("params", _params), ("tags", _tags)):
        _insert(connection, table, _in_key_order(by_id, values))
    _insert(connection, "latest_metrics", _latest(by_id, plan))
    _insert(connection, "metrics", _points(rows, plan))
    connection.commit()
    connection.close()


def _runs(connection: sqlite3.Connection, plan: Plan) -> list[Row]:
    now = int(time.time() * 1000)
    names = [f"large-{number:02d}-{uuid.uuid4().hex[:4]}" for number in range(plan.experiments)]
    ids = [_experiment(connection, name, now) for name in names]
    return [
        Row(number, uuid.uuid4().hex, ids[number % plan.experiments], now - number * _MINUTE_MS)
        for number in range(plan.runs)
    ]


def _experiment(connection: sqlite3.Connection, name: str, now: int) -> int:
    made = connection.execute(
        "INSERT INTO experiments (name, artifact_location, lifecycle_stage, creation_time, last_update_time)"
        " VALUES (?, ?, 'active', ?, ?)",
        (name, f"mlflow-artifacts:/{name}", now, now),
    )
    return int(made.lastrowid or 0)


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    rows = iter(rows)
    first = next(rows)
    names, marks = ", ".join(first), ", ".join("?" * len(first))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
    connection.execute(statement, tuple(first.values()))
    connection.executemany(statement, (tuple(row.values()) for row in rows))


def _run_rows(rows: list[Row]) -> Iterator[dict[str, Any]]:
    for row in rows:
        status = _status(row.number)
        yield {
            "run_uuid": row.run_id,
            "name": _name(row.number),
            "source_type": "LOCAL",
            "source_name": "",
            "entry_point_name": "",
            "user_id": _user(row.number),
            "status": status,
            "start_time": row.started_ms,
            "end_time": None if status == "RUNNING" else row.started_ms + 55_000,
            "source_version": "",
            "lifecycle_stage": "active",
            "artifact_uri": f"mlflow-artifacts:/{row.experiment}/{row.run_id}/artifacts",
            "experiment_id": row.experiment,
        }


def _status(number: int) -> str:
    if number % _RUNNING == 0:
        return "RUNNING"
    return "FAILED" if number % _FAILED == 1 else "FINISHED"


def _name(number: int) -> str:
    return f"{_algorithm(number).lower()}-{number:05d}"


def _algorithm(number: int) -> str:
    return ("PPO", "DQN", "A2C", "SAC")[number % 4]


def _user(number: int) -> str:
    return ("ana", "bo", "chie", "dev")[number // 7 % 4]


def _params(rows: list[Row]) -> dict[str, dict[str, str]]:
    """Returns the value by run id for each parameter."""
    columns = {
        "algorithm": lambda n: _algorithm(n),
        "batch_size": lambda n: str(2 ** (5 + n % 5)),
        "env_id": lambda n: ("CartPole-v1", "LunarLander-v3", "ClewMaze-10x10-v0")[n // 4 % 3],
        "gamma": lambda n: ("0.99", "0.995", "0.9")[n // 12 % 3],
        "learning_rate": lambda n: f"{10 ** (-5 + n % 30 / 10):.3g}",
        "seed": lambda n: str(n % 10),
    }
    return {key: {row.run_id: value(row.number) for row in rows} for key, value in columns.items()}


def _tags(rows: list[Row]) -> dict[str, dict[str, str]]:
    """Returns the value by run id for each tag."""
    newest = {row.number: row.run_id for row in rows}
    parents = {row.run_id: newest[row.number // _NESTED * _NESTED] for row in rows if row.number % _NESTED in (1, 2, 3)}
    return {
        "mlflow.parentRunId": parents,
        "mlflow.runName": {row.run_id: _name(row.number) for row in rows},
        "mlflow.source.git.commit": {row.run_id: f"{row.number // 50:040x}" for row in rows},
        "mlflow.source.name": {row.run_id: "train.py" for row in rows},
        "mlflow.user": {row.run_id: _user(row.number) for row in rows},
        "team": {row.run_id: ("maze", "arm")[row.number // 3 % 2] for row in rows},
    }


def _in_key_order(rows: list[Row], values: Any) -> Iterator[dict[str, Any]]:
    for key, column in values(rows).items():
        for run_id, value in column.items():
            yield {"key": key, "value": value, "run_uuid": run_id}


def _latest(rows: list[Row], plan: Plan) -> Iterator[dict[str, Any]]:
    for key in plan.metrics:
        for row in rows:
            yield _point(row, key, plan.points - 1)


def _points(rows: list[Row], plan: Plan) -> Iterator[dict[str, Any]]:
    """Yields points, those of the oldest runs first: `metrics` is sorted by key and time."""
    for key in plan.metrics:
        for row in reversed(rows):
            for at in range(plan.points):
                yield _point(row, key, at)


def _point(row: Row, key: str, at: int) -> dict[str, Any]:
    value = _value(row.number, key, at)
    return {
        "key": key,
        "value": 0.0 if math.isnan(value) else value,
        "timestamp": row.started_ms + at * 10_000,
        "step": (at + 1) * _STEPS_APART,
        "is_nan": math.isnan(value),
        "run_uuid": row.run_id,
    }


def _value(number: int, key: str, at: int) -> float:
    """Returns a number that is the same for the same run, key and point, in `metrics` as in `latest_metrics`."""
    if key in ("train/loss", "learners/default_policy/total_loss") and number % _DIVERGED == 0:
        return math.nan
    chance = zlib.crc32(f"{number} {key} {at}".encode()) / 2**32
    if "success" in key:
        return chance
    return chance * (500 if "/ep" in key or "return" in key else 1)


if __name__ == "__main__":
    main()
