"""Fills an MLflow database with runs that look like trainings, straight into its schema (the API would take minutes).

    python bench/generate_runs.py sqlite:///var/bench/mlflow.db --runs 5000 --experiments 20 --points 100
    python bench/generate_runs.py sqlite:///var/bench/long.db --runs 4950 --points 20 --long-runs 50

The long runs are the newest, in an experiment of their own, `bench-long`. Start
`mlflow server --backend-store-uri` on the same database afterwards.
"""

import argparse
import io
import time
import uuid
from pathlib import Path
from typing import Any

import numpy as np
from mlflow.store.tracking.dbmodels.models import SqlExperiment, SqlLatestMetric, SqlMetric, SqlParam, SqlRun, SqlTag
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from sqlalchemy import create_engine, insert

METRICS = ("episode_reward", "loss", "success_rate")
RUNS_PER_COMMIT = 250


def main() -> None:
    """Parses the command line and fills the database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("uri", help="database, such as sqlite:///var/bench/mlflow.db")
    parser.add_argument("--runs", type=int, default=5_000)
    parser.add_argument("--experiments", type=int, default=20)
    parser.add_argument("--points", type=int, default=100, help="points per metric and run")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--long-runs", type=int, default=0, help="this many more, with --long-points per metric")
    parser.add_argument("--long-points", type=int, default=100_000)
    options = parser.parse_args()
    if options.uri.startswith("sqlite:///"):
        Path(options.uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    fill(options.uri, options.runs, options.experiments, options.points, options.seed)
    if options.long_runs:
        fill_long(options.uri, options.long_runs, options.long_points, options.seed)


def fill(uri: str, runs: int, experiments: int, points: int, seed: int = 0) -> list[str]:
    """Adds `runs` runs in `experiments` experiments with `points` points per metric; returns the run ids."""
    store = SqlAlchemyStore(uri, "mlflow-artifacts:/")
    rng = np.random.default_rng(seed)
    now = int(time.time() * 1000)
    experiment_ids = [
        _experiment(store, f"bench-{number:02d}-{uuid.uuid4().hex[:4]}", now) for number in range(experiments)
    ]
    ids: list[str] = []
    for start in range(0, runs, RUNS_PER_COMMIT):
        numbers = range(start, min(start + RUNS_PER_COMMIT, runs))
        tables: dict[Any, list[dict[str, Any]]] = {
            t: [] for t in (SqlRun, SqlParam, SqlTag, SqlMetric, SqlLatestMetric)
        }
        for number in numbers:
            ids.append(_add_run(tables, number, experiment_ids[number % experiments], points, now, rng))
        with store.ManagedSessionMaker() as session:
            for table, rows in tables.items():
                session.execute(insert(table), rows)
    return ids


def fill_long(uri: str, runs: int, points: int, seed: int = 0) -> list[str]:
    """Adds `runs` runs in one experiment; their points go past SQLAlchemy, which would take minutes for millions."""
    store = SqlAlchemyStore(uri, "mlflow-artifacts:/")
    rng = np.random.default_rng(seed)
    now = int(time.time() * 1000) + runs * 60_000
    experiment = _experiment(store, "bench-long", now)
    ids: list[str] = []
    for number in range(runs):
        tables: dict[Any, list[dict[str, Any]]] = {
            t: [] for t in (SqlRun, SqlParam, SqlTag, SqlMetric, SqlLatestMetric)
        }
        ids.append(_add_run(tables, number, experiment, points, now, rng))
        columns = tables.pop(SqlMetric)
        with store.ManagedSessionMaker() as session:
            for table, rows in tables.items():
                session.execute(insert(table), rows)
        _append_points(uri, columns)
    return ids


def _append_points(uri: str, rows: list[dict[str, Any]]) -> None:
    """Writes rows of the metrics table as fast as the database takes them."""
    names = ("run_uuid", "key", "value", "timestamp", "step", "is_nan")
    engine = create_engine(uri)
    connection: Any = engine.raw_connection()
    try:
        cursor = connection.cursor()
        if uri.startswith("sqlite"):
            cursor.execute("PRAGMA synchronous=OFF")
            marks = ", ".join(f":{name}" for name in names)
            cursor.executemany(f"INSERT INTO metrics ({', '.join(names)}) VALUES ({marks})", rows)
        else:
            text = io.StringIO()
            text.writelines("\t".join(str(row[name]) for name in names) + "\n" for row in rows)
            with cursor.copy(f"COPY metrics ({', '.join(names)}) FROM STDIN") as copy:
                copy.write(text.getvalue())
        connection.commit()
    finally:
        connection.close()
        engine.dispose()


def _experiment(store: SqlAlchemyStore, name: str, now: int) -> int:
    with store.ManagedSessionMaker() as session:
        row = SqlExperiment(
            name=name,
            artifact_location=f"mlflow-artifacts:/{name}",
            lifecycle_stage="active",
            creation_time=now,
            last_update_time=now,
        )
        session.add(row)
        session.flush()
        return int(row.experiment_id)


def _add_run(
    tables: dict[Any, list[dict[str, Any]]],
    number: int,
    experiment: int,
    points: int,
    now: int,
    rng: np.random.Generator,
) -> str:
    run_id = uuid.uuid4().hex
    algorithm = ("PPO", "DQN", "A2C")[number % 3]
    started = now - number * 60_000
    tables[SqlRun].append(
        {
            "run_uuid": run_id,
            "name": f"{algorithm.lower()}-{number:04d}",
            "experiment_id": experiment,
            "user_id": "bench",
            "status": "FINISHED",
            "start_time": started,
            "end_time": started + 55_000,
            "lifecycle_stage": "active",
            "artifact_uri": f"mlflow-artifacts:/{experiment}/{run_id}/artifacts",
            "source_type": "LOCAL",
            "source_name": "",
            "entry_point_name": "",
            "source_version": "",
        }
    )
    params = {
        "algorithm": algorithm,
        "env_id": "ClewMaze-10x10-v0",
        "seed": str(number % 10),
        "learning_rate": "0.0003",
    }
    tables[SqlParam] += [{"run_uuid": run_id, "key": key, "value": value} for key, value in params.items()]
    tables[SqlTag].append({"run_uuid": run_id, "key": "mlflow.runName", "value": f"{algorithm.lower()}-{number:04d}"})
    skill = rng.uniform(0.2, 1.0)
    rising = skill * (1 - np.exp(-np.arange(1, points + 1) / (points / 4)))
    columns = {
        "episode_reward": 2 * rising - 1 + rng.normal(0, 0.1, points),
        "loss": np.exp(-4 * rising) + rng.exponential(0.02, points),
        "success_rate": np.clip(rising, 0, 1),
    }
    for key in METRICS:
        rows = [
            {
                "run_uuid": run_id,
                "key": key,
                "value": float(value),
                "timestamp": started + step * 55_000 // points,
                "step": step,
                "is_nan": False,
            }
            for step, value in enumerate(columns[key], start=1)
        ]
        tables[SqlMetric] += rows
        tables[SqlLatestMetric].append(rows[-1])
    return run_id


if __name__ == "__main__":
    main()
