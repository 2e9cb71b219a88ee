"""Ends an HTTP exchange at a deadline at any stage: requests only limits the wait for each piece."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy

from domain.addresses import origin_of


@contextlib.contextmanager
def session_until(ends: float) -> Iterator["DeadlineSession"]:
    """Opens a session for one exchange.

    Its connection is cut at `ends` (of time.monotonic), which raises the same errors as a broken one.
    """
    with DeadlineSession() as session, session.connection.cut_at(ends):
        yield session


class DeadlineSession(Session):
    """A session whose `connection` shows how far it got."""

    def __init__(self) -> None:
        super().__init__()
        self.connection = DeadlineAdapter()
        self.mount("http://", self.connection)
        self.mount("https://", self.connection)

    def get_redirect_target(self, resp: Response) -> str | None:
        """Returns None: otherwise requests would read a redirect's whole body before a next request.

        That request is not made here, but by transport/redirects.py.
        """
        return None


class DeadlineAdapter(HTTPAdapter):
    """Keeps the connection that it sends over, and its socket, which http.client hands over to the response.

    `is_connected` once a request can have been sent: through any tunnel, and past the certificate check. `proxy` is
    the proxy in use.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_connected = False
        self.proxy: str | None = None
        self._connection: Any = None
        self._socket: socket.socket | None = None

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """Returns requests' own pool, whose connections make their sockets accessible."""
        self.proxy = _shown(select_proxy(request.url or "", proxies))
        pool = super().get_connection_with_tls_context(request, verify, proxies, cert)  # type: ignore[misc]  # the stubs are older
        kind = pool.ConnectionCls
        pool.ConnectionCls = lambda *how, **what: self._observed(kind(*how, **what))
        return pool

    def cut(self) -> None:
        """Ends the exchange: a thread that reads from the connection, or writes to it, gets an error at once."""
        # Also the connection's own socket while it connects, since a proxy may answer slowly, too.
        for one in (self._socket, getattr(self._connection, "sock", None)):
            if one is not None:
                with contextlib.suppress(OSError):  # it has ended by itself
                    one.shutdown(socket.SHUT_RDWR)

    @contextlib.contextmanager
    def cut_at(self, ends: float) -> Iterator[None]:
        """Cuts the exchange at that time (of time.monotonic), unless the block ends before."""
        timer = threading.Timer(max(0.0, ends - time.monotonic()), self.cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _observed(self, connection: Any) -> Any:
        connect, self._connection = connection.connect, connection

        def connected() -> None:
            connect()
            self.is_connected, self._socket = True, connection.sock

        connection.connect = connected
        return connection


def _shown(proxy: str | None) -> str | None:
    """Returns host and port of a proxy, whose setting may contain a password or lack a scheme."""
    if not proxy:
        return None
    try:
        return urlsplit(origin_of(proxy if "://" in proxy else f"http://{proxy}")).netloc or "?"
    except ValueError:
        return "?"
