"""Ends an HTTP exchange at a moment, wherever it stands: requests limits only the wait for each next piece."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

from requests import Session
from requests.adapters import HTTPAdapter


@contextlib.contextmanager
def session_until(ends: float) -> Iterator[Session]:
    """A session for one exchange; its line is cut at `ends` (of time.monotonic), and raises as one that was lost."""
    with Session() as session:
        line = _Line()
        session.mount("http://", line)
        session.mount("https://", line)
        timer = threading.Timer(max(0.0, ends - time.monotonic()), line.cut)
        timer.daemon = True
        timer.start()
        try:
            yield session
        finally:
            timer.cancel()


class _Line(HTTPAdapter):
    """Knows the socket that it sends over, which http.client gives away with the response."""

    def __init__(self) -> None:
        super().__init__()
        self._socket: socket.socket | None = None

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The pool that requests would take, whose connections tell of their sockets."""
        pool = super().get_connection_with_tls_context(*args, **kwargs)  # type: ignore[misc]  # the stubs are older
        kind = pool.ConnectionCls

        def connection(*how: Any, **what: Any) -> Any:
            made = kind(*how, **what)
            connect = made.connect

            def connected() -> None:
                connect()
                self._socket = made.sock

            made.connect = connected
            return made

        pool.ConnectionCls = connection
        return pool

    def cut(self) -> None:
        """Ends the exchange: who reads from the line, or writes to it, is told at once."""
        if self._socket is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                self._socket.shutdown(socket.SHUT_RDWR)
