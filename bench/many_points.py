"""Adds metrics to runs of `generate_runs`, straight into MLflow's SQLite file: many of one point, or long ones."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

_METRICS = "INSERT INTO metrics (run_uuid, key, value, timestamp, step, is_nan) VALUES (?, ?, ?, ?, ?, 0)"
_LATEST = "INSERT INTO latest_metrics (run_uuid, key, value, timestamp, step, is_nan) VALUES (?, ?, ?, ?, ?, 0)"
_FIRST_MS = 1_790_000_000_000


def add_metric(database: Path, run_ids: Sequence[str], key: str, points: int) -> None:
    """Adds so many points to each run's `key`, a random walk."""
    rng = np.random.default_rng(0)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for run_id in run_ids:
            walk = np.cumsum(rng.normal(size=points)).tolist()
            rows = list(_rows(run_id, key, walk))
            connection.executemany(_METRICS, rows)
            connection.execute(_LATEST, rows[-1])
        connection.commit()


def _rows(run_id: str, key: str, values: Sequence[float]) -> Iterator[tuple[object, ...]]:
    for step, value in enumerate(values):
        yield run_id, key, value, _FIRST_MS + step, step
