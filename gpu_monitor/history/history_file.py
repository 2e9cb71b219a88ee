"""The history file: SQLite, so that it survives kill -9; never larger than `MAX_BYTES`."""

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from domain.errors.fleet.history import HistoryFileDamaged, HistoryFileFailing
from domain.fleet.kept_history import GpuUser
from domain.messages import Message, Text
from gpu_monitor.history.buckets import BUCKET_MS, VALUES, Bucket, GpuPlace

MAX_BYTES: Final = 64 * 2**20
_PAGE_BYTES: Final = 4096
_VERSION: Final = 1
_WAIT_SECONDS: Final = 2.0
_SPARED: Final = 10  # when the file is full, the oldest tenth is deleted
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_SCHEMA)
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS gpu (number INTEGER PRIMARY KEY, place TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS user (number INTEGER PRIMARY KEY, marks TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS sample (
  at INTEGER, gpu INTEGER, covered REAL NOT NULL, utilization REAL, memory_used REAL, memory_total REAL,
  temperature REAL, power REAL, reserved REAL, PRIMARY KEY (at, gpu)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS use (
  at INTEGER, gpu INTEGER, user INTEGER, share REAL NOT NULL, PRIMARY KEY (at, gpu, user)) WITHOUT ROWID;
"""
_log = logging.getLogger(__name__)


class HistoryFile:
    """Stores the buckets of the last `hours` at `path`; one thread writes, and any may read.

    A damaged file is renamed, reported in `trouble`, and replaced by an empty one. Write failures are in `trouble`,
    too, as long as they last.
    """

    def __init__(self, path: Path, hours: float) -> None:
        self.path = path.absolute()
        self._kept_ms = round(hours * 3_600_000)
        self._failing: Message | None = None
        self._damaged: HistoryFileDamaged | None = None

    @property
    def trouble(self) -> Message | None:
        """What is wrong with the file now, or was when it was opened."""
        return self._failing or self._damaged

    def open(self) -> None:
        """Reads all of the file once, so that damage is found at the start and not by its first reader."""
        self._guarded(self._check)

    def write(self, buckets: Iterable[Bucket]) -> None:
        """Adds completed buckets, and deletes those that are too old."""
        ended = list(buckets)
        self._guarded(lambda: self._write(ended))

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            try:
                work()
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                self._recreate()
                work()
            self._failing = None
        except (sqlite3.Error, OSError) as error:
            self._fail(error)

    def _check(self) -> None:
        self._write([])
        with self.reading() as database:
            (found,) = database.execute("PRAGMA quick_check(1)").fetchone() if database else ("ok",)
        if found != "ok":
            raise sqlite3.DatabaseError(found)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """Opens a read-only connection with a consistent snapshot; None if there is no file yet.

        Raises sqlite3.Error.
        """
        if not self.path.exists():
            yield None
            return
        with closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", _WAIT_SECONDS, uri=True)) as database:
            # One snapshot: otherwise a later query could see rows that an earlier one did not.
            database.execute("BEGIN")
            yield database

    def _write(self, buckets: list[Bucket]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Opened each time: the file may have been deleted or replaced while the monitor runs.
        with closing(sqlite3.connect(self.path, _WAIT_SECONDS, isolation_level=None)) as database:
            _prepare(database)
            try:
                self._add(database, buckets)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                    raise
                _delete_oldest(database)
                self._add(database, buckets)

    def _add(self, database: sqlite3.Connection, buckets: list[Bucket]) -> None:
        with _transaction(database):
            for bucket in buckets:
                _add(database, bucket)
            now = time.time_ns() // 1_000_000
            # Future rows, too: they come from a clock that was wrong for a while.
            for table in ("sample", "use"):
                database.execute(
                    f"DELETE FROM {table} WHERE at < ? OR at > ?", (now - self._kept_ms, now + 2 * BUCKET_MS)
                )

    def _fail(self, error: Exception) -> None:
        failing = HistoryFileFailing(str(self.path), Text(error))
        if str(self._failing) != str(failing):  # log each cause once
            _log.error("%s", failing)
        self._failing = failing

    def _recreate(self) -> None:
        aside = self.path.with_name(self.path.name + ".damaged")
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.path.replace(aside)
        self._damaged = HistoryFileDamaged(str(self.path), str(aside))
        _log.error("%s", self._damaged)


def _prepare(database: sqlite3.Connection) -> None:
    database.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    (found,) = database.execute("PRAGMA user_version").fetchone()
    if found not in (0, _VERSION):
        raise sqlite3.DatabaseError(f"is of version {found}, and {_VERSION} is read")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute(f"PRAGMA journal_size_limit = {MAX_BYTES // 16}")
    database.execute(f"PRAGMA max_page_count = {MAX_BYTES // _PAGE_BYTES}")
    if found == 0:
        database.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_VERSION}; COMMIT;")


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if database.in_transaction:  # SQLite may have rolled back by itself
            database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _add(database: sqlite3.Connection, bucket: Bucket) -> None:
    gpu = _number(database, "gpu", "place", json.dumps(bucket.place))
    marks = ",".join("?" * (3 + len(VALUES)))
    values = (bucket.at, gpu, bucket.covered, *(bucket.values[name] for name in VALUES))
    database.execute(f"INSERT OR REPLACE INTO sample (at, gpu, covered, {', '.join(VALUES)}) VALUES ({marks})", values)
    database.execute("DELETE FROM use WHERE at = ? AND gpu = ?", (bucket.at, gpu))
    for user, share in bucket.uses.items():
        number = _number(database, "user", "marks", user.model_dump_json())
        database.execute("INSERT INTO use VALUES (?, ?, ?, ?)", (bucket.at, gpu, number, share))


def _number(database: sqlite3.Connection, table: str, column: str, text: str) -> int:
    """Returns the id of a text, by which other tables refer to it."""
    database.execute(f"INSERT OR IGNORE INTO {table} ({column}) VALUES (?)", (text,))
    return int(database.execute(f"SELECT number FROM {table} WHERE {column} = ?", (text,)).fetchone()[0])


def _delete_oldest(database: sqlite3.Connection) -> None:
    """Deletes the oldest rows to make room."""
    oldest, newest = database.execute("SELECT min(at), max(at) FROM sample").fetchone()
    if oldest is None:
        return
    before = oldest + (newest - oldest) // _SPARED + BUCKET_MS
    with _transaction(database):
        for table in ("use", "sample"):
            database.execute(f"DELETE FROM {table} WHERE at < ?", (before,))
        database.execute("DELETE FROM user WHERE number NOT IN (SELECT user FROM use)")


def _is_damage(error: Exception) -> bool:
    """Returns whether the file itself is damaged, as opposed to a full disk or a folder without write permission."""
    code = getattr(error, "sqlite_errorcode", None)
    is_of_another = isinstance(error, sqlite3.DatabaseError) and code is None
    return is_of_another or (code is not None and code & 0xFF in _DAMAGED)


def place_of(text: str) -> GpuPlace:
    """Parses the GPU of a row."""
    return GpuPlace(*json.loads(text))


def user_of(text: str) -> GpuUser:
    """Parses the user of a row."""
    return GpuUser.model_validate_json(text)
