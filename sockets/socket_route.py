"""The rules of a WebSocket route, independent of its messages: access, limits, and closing."""

import logging
import socket
import struct
import threading
import time
from collections.abc import Callable, Set
from typing import Final

from flask import Flask, Request, Response, g, request
from flask_sock import Sock  # type: ignore[import-untyped]
from simple_websocket import ConnectionClosed, Server
from wsproto.utilities import RemoteProtocolError

from domain.hosts import Origin
from sockets.connections import Connection, ConnectionRegistry
from sockets.fair_places import FairSlots, address_of
from sockets.inbox import listening_thread
from sockets.origins import is_allowed

_log = logging.getLogger(__name__)
# A viewer that answers no ping is lost: detected within twice this time, even if the connection died silently, or its
# system's buffers still accept our messages.
_PING_SECONDS: Final = 4.5
_SEND_SECONDS: Final = 2
_BUFFER_BYTES: Final = 2**18
_MAX_RECEIVED_BYTES: Final = 1024
_GOODBYE_SECONDS: Final = 0.5
_RETRY_SECONDS: Final = 10
_GOING_AWAY: Final = 1001


class SocketRoute:
    """A route of a Flask app under gunicorn's gthread worker.

    `handle_connection` handles a connection, in a thread of its own.
    """

    def __init__(
        self,
        app: Flask,
        path: str,
        *,
        handle_connection: Callable[[Connection], None],
        most_viewers: int,
        origins: Set[str | Origin],
        kept_places: int = 0,
        person_of: Callable[[Request], str] = address_of,
    ) -> None:
        """Registers the route; `handle_connection` ends when the connection does, by ConnectionClosed or OSError.

        Placeholders <…> in `path` are in the connection's `arguments`. `origins` are those of `is_allowed`. The last
        `kept_places` are for persons who have none yet; `person_of` identifies a person.
        """
        self._connections = ConnectionRegistry()
        self._talk = handle_connection
        self._path = path
        self._origins = origins
        self._person_of = person_of
        self._places = FairSlots(most_viewers, kept_places)
        self._closing = threading.Event()
        app.config["SOCK_SERVER_OPTIONS"] = {
            "ping_interval": _PING_SECONDS,
            "max_message_size": _MAX_RECEIVED_BYTES,
            "thread_class": listening_thread,
        }
        app.before_request(self._refuse)
        app.teardown_request(self._give_place_back)
        app.register_error_handler(RemoteProtocolError, _invalid_handshake)
        Sock(app).route(path)(self._serve)

    def __len__(self) -> int:
        return len(self._connections)

    def close(self) -> None:
        """Ends all connections with 1001, and cuts those that do not answer half a second later; accepts no more."""
        self._closing.set()
        self._connections.close(_GOING_AWAY, "The service is being stopped.")
        deadline = time.monotonic() + _GOODBYE_SECONDS
        while len(self._connections) and time.monotonic() < deadline:
            time.sleep(0.02)
        self._connections.disconnect()

    def _refuse(self) -> Response | None:
        """Refuses before the handshake, while a refusal can still be an HTTP status."""
        # Requests there that are no WebSockets match no rule.
        rule = request.path if request.url_rule is None else request.url_rule.rule
        if rule != self._path:
            return None
        origin = request.headers.get("Origin")
        if not is_allowed(origin, request.host, self._origins):
            _log.warning("A page was refused", extra={"origin": origin, "host": request.host})
            return _sentence(403, f"Pages from {origin} may not connect; ALLOWED_ORIGINS lists the origins that may.")
        person = self._person_of(request)
        if self._closing.is_set() or not self._places.take(person):
            return _try_again_later("Too many viewers are connected; try again later.")
        try:
            # A descriptor of our own: simple-websocket's thread may close the other one at any time, and the kernel
            # would reuse its number for the next viewer, who would get the messages of this one.
            g.own_end, g.person = request.environ["gunicorn.socket"].dup(), person
        except OSError as error:  # too many open files; without own_end the place is not returned later
            self._places.release(person)
            _log.warning("A viewer was refused", extra={"cause": str(error)})
            return _try_again_later(f"No connection is to be had ({error.strerror}); try again later.")
        return None

    def _give_place_back(self, error: BaseException | None) -> None:
        if own_end := g.pop("own_end", None):
            own_end.close()
            self._places.release(g.person)

    def _serve(self, server: Server, **arguments: str) -> None:
        connection = Connection(g.own_end, server, person=g.person, arguments=arguments)
        try:
            _configure_socket(connection.sock)
            self._connections.add(connection)
            if self._closing.is_set():  # it arrived while the others were being closed
                self._connections.disconnect()
            self._talk(connection)
            server.thread.join(_GOODBYE_SECONDS)  # until the viewer has received the close frame
        except (ConnectionClosed, OSError):  # the usual end
            pass
        finally:
            self._connections.remove(connection)
            # Gunicorn closes the socket next, which must not happen in two threads.
            server.thread.join(_GOODBYE_SECONDS)


def _configure_socket(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 0))
    # For pings and close frames, which may block; messages do not.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", _SEND_SECONDS, 0))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _invalid_handshake(error: RemoteProtocolError) -> Response:
    return _sentence(400, f"This is no WebSocket handshake: {error}.")


def _try_again_later(sentence: str) -> Response:
    refusal = _sentence(503, sentence)
    refusal.headers["Retry-After"] = str(_RETRY_SECONDS)
    return refusal


def _sentence(status: int, sentence: str) -> Response:
    return Response(sentence + "\n", status, content_type="text/plain; charset=utf-8")
