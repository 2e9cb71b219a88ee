"""Two ways to write the numbers of a run: over REST, or straight into the database of an MLflow on this machine."""

import logging
import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, Protocol, Self

from domain.errors.services import UnavailableBecause
from domain.messages import Text
from training.tracking.points import Point
from training.tracking.run_log import BATCH
from training.tracking.server import TrackingServer

# What MLflow's own tables hold (mlflow/store/tracking/dbmodels/models.py): columns, and which of them identify a row.
COLUMNS: Final = frozenset({"key", "value", "timestamp", "step", "is_nan", "run_uuid"})
KEYS: Final = {"metrics": COLUMNS, "latest_metrics": frozenset({"key", "run_uuid"})}

_LOCK_SECONDS: Final = 60.0
_LARGEST: Final = 1.7976931348623157e308  # MLflow stores it instead of infinity
_INSERT: Final = """
    INSERT INTO metrics (run_uuid, key, step, timestamp, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""
_UPDATE_LATEST: Final = """
    INSERT INTO latest_metrics (run_uuid, key, step, timestamp, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (run_uuid, key) DO UPDATE
    SET step = excluded.step, timestamp = excluded.timestamp, value = excluded.value, is_nan = excluded.is_nan
    WHERE (excluded.step, excluded.timestamp, excluded.value)
        > (latest_metrics.step, latest_metrics.timestamp, latest_metrics.value)
"""

log = logging.getLogger(__name__)


class PointsWriter(Protocol):
    """Writes points of a run; points that the run has already are skipped."""

    def write(self, run_id: str, points: Sequence[Point]) -> None:
        """Adds the points to the run's histories and updates its latest values."""


class RestPoints:
    """Writes points over REST, which costs MLflow about 0.2 ms of CPU each."""

    def __init__(self, server: TrackingServer) -> None:
        self._server = server

    def write(self, run_id: str, points: Sequence[Point]) -> None:
        """Sends the points in batches; raises as the server's calls."""
        for first in range(0, len(points), BATCH):
            self._server.log_points(run_id, points[first : first + BATCH])


class DatabasePoints:
    """Writes points as rows of MLflow's SQLite database, while MLflow itself has it open.

    All points of one call are one short transaction: after an interruption a run has all of them or none. Failures of
    the database are raised as ServiceUnavailable.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    @classmethod
    def open(cls, file: Path) -> Self | None:
        """Returns the writer for this database.

        Returns None if there is no such file, or, with a warning in the log, if its tables are not as expected.
        """
        if not file.exists():
            return None
        writer = cls(file)
        if problem := writer._problem():
            log.warning("MLflow's database has another form, so the sample data is sent over REST: %s", problem)
            return None
        return writer

    def holds(self, run_id: str) -> bool:
        """Returns whether the run is in this database: if not, the file belongs to another MLflow."""
        with self._connected() as connection:
            return connection.execute("SELECT 1 FROM runs WHERE run_uuid = ?", [run_id]).fetchone() is not None

    def write(self, run_id: str, points: Sequence[Point]) -> None:
        """Inserts the points; waits while MLflow writes."""
        rows = [(run_id, *_row(point)) for point in points]
        latest: dict[str, tuple[str, str, int, int, float, bool]] = {}
        for row in rows:
            known = latest.setdefault(row[1], row)
            if row[2:5] > known[2:5]:  # step, timestamp, value, as MLflow compares them
                latest[row[1]] = row
        with self._connected() as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_INSERT, rows)
            connection.executemany(_UPDATE_LATEST, latest.values())

    def _problem(self) -> str | None:
        """Returns how the tables differ from what `write` fills in; None if they do not."""
        with self._connected() as connection:
            for table, expected_key in KEYS.items():
                found = connection.execute("SELECT name, pk FROM pragma_table_info(?)", [table]).fetchall()
                columns, key = {name for name, _ in found}, {name for name, place in found if place}
                if columns != COLUMNS or key != expected_key:
                    return f"{table} has the columns {sorted(columns)} with the key {sorted(key)}"
        return None

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            address = f"{self._file.absolute().as_uri()}?mode=rw"  # never creates a file
            with closing(sqlite3.connect(address, uri=True, timeout=_LOCK_SECONDS)) as connection:
                connection.execute("PRAGMA foreign_keys = ON")  # as MLflow does
                yield connection
        except sqlite3.Error as error:
            raise UnavailableBecause(f"MLflow's database {self._file}", Text(str(error))) from error


def _row(point: Point) -> tuple[str, int, int, float, bool]:
    """Returns key, step, time, value and is_nan as MLflow stores them: NaN as 0, infinity as the largest number."""
    is_nan = math.isnan(point.value)
    value = 0.0 if is_nan else max(-_LARGEST, min(_LARGEST, point.value))
    return point.key, point.step, point.timestamp_ms, value, is_nan
