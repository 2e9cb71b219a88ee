"""Read-only access to MLflow's database, with short connections and a time limit for each statement.

Importing this module imports SQLAlchemy (0.5 s, 36 MB), so it is only done if a database is configured.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from domain.addresses import credentials_in
from domain.errors.services import DatabaseFailed
from domain.messages import Text
from domain.secrets import without_secrets

SERVICE: Final = "MLflow's database"
STATEMENT_SECONDS: Final = 30.0
_CONNECT_SECONDS: Final = 5
_LIMIT: Final = "clew-limit"


class MlflowDatabase:
    """The database at `uri` (SQLite or PostgreSQL), read-only; every failure is a `ServiceUnavailable`."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        found = credentials_in(uri)
        self._secrets = () if found is None else (found.username, found.password)
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """Connects for a block of work; database errors raised in the block are translated, too."""
        try:
            with self._lock:
                self._engine = self._engine or _engine(make_url(self._uri))
            with self._engine.connect() as connection:
                yield connection
        # A missing driver is an ImportError; rows of SQLite bypass SQLAlchemy, so its errors are not wrapped.
        except (SQLAlchemyError, ArgumentError, sqlite3.Error, ImportError) as error:
            # The first line only, as others may hold the statement. Drivers name the user that was rejected.
            first = without_secrets(str(error).splitlines()[0], self._secrets)
            raise DatabaseFailed(SERVICE, type(error).__name__, Text(first[:200])) from error


class _Limit:
    """The time limit of a statement in the database; processing its rows is not limited."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self._ends = time.monotonic() + STATEMENT_SECONDS

    def is_over(self) -> bool:
        return time.monotonic() > self._ends


def _engine(url: URL) -> Engine:
    # No pool: a connection opened before a fork must not be used after it, and opening one takes a few ms.
    if url.get_backend_name() == "sqlite":
        address = f"sqlite:///file:{quote(str(Path(url.database or '').resolve()))}?mode=ro&uri=true"
        engine = create_engine(address, poolclass=NullPool, connect_args={"timeout": _CONNECT_SECONDS})
        event.listen(engine, "connect", _end_in_time)
        event.listen(engine, "before_cursor_execute", lambda connection, *_statement: connection.info[_LIMIT].renew())
        return engine
    options = f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_SECONDS * 1000:.0f}"
    arguments = {"connect_timeout": _CONNECT_SECONDS, "options": options}
    return create_engine(url, poolclass=NullPool, connect_args=arguments)


def _end_in_time(connection: Any, record: Any) -> None:
    """Stops a query in time: SQLite has no time limit, but calls this handler regularly to ask whether to stop."""
    limit = record.info[_LIMIT] = _Limit()
    connection.execute("PRAGMA mmap_size = 17179869184")
    connection.set_progress_handler(limit.is_over, 1_000_000)
