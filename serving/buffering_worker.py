"""gunicorn's gthread worker, changed so that no thread ever waits for a client.

The event loop reads each request completely before a thread of its compartment gets it, and it also sends the
answers. So an incomplete head, a slow body or a client that does not read only holds a connection, and for some
seconds only. TLS and HTTP/2 are left to a proxy.
"""

import errno
import socket
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from domain.errors.requests import TooManyAtOnce
from serving.client_loop import ClientLoop
from serving.client_socket import ClientSocket
from serving.compartments import Compartment, CompartmentPart, Compartments
from serving.connection import Connection

MAX_BODY_BYTES: Final = 8 * 2**20
_LOOKED_AT_BYTES: Final = 1024
_LONGEST_WAIT_SECONDS: Final = 1.0


class BufferingWorker(ThreadWorker):  # type: ignore[misc]
    """Serves an app; a subclass defines the kinds of requests, and how many threads each may use."""

    most_body_bytes = MAX_BODY_BYTES

    @classmethod
    def check_config(cls, cfg: Config, log: Logger) -> None:
        """Refuses settings that would silently not work; gunicorn ends with this message."""
        super().check_config(cfg, log)
        if cfg.is_ssl or cfg.proxy_protocol != "off" or cfg.http2_cleartext != "off":
            raise RuntimeError("TLS, HTTP/2 and the PROXY protocol are for the proxy in front of Clew, not set here.")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._sizes = self.compartments(self.cfg.threads)
        self._compartments: Compartments[Connection] = Compartments(self._sizes, self.enqueue_req)

    def compartments(self, threads: int) -> Mapping[str, Compartment]:
        """Returns the compartments, sized by the setting `threads`."""
        return {"": Compartment(threads)}

    def place_of(self, method: str, target: str, body_start: bytes) -> CompartmentPart:
        """Returns the compartment of a request, by its method, its raw address, and the first bytes of its body."""
        return CompartmentPart("")

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """Creates as many threads as all compartments have together; each starts when it is first needed."""
        return ThreadPoolExecutor(max_workers=sum(size.most for size in self._sizes.values()))

    def run(self) -> None:
        """Serves until it is stopped."""
        self._clients = ClientLoop(self.poller, self._answer, self._note_end, self.cfg.keepalive)
        super().run()
        self._clients.abandon()

    def accept(self, listener: socket.socket) -> None:
        """Accepts a client; at the limit of connections, it closes the one that has waited the longest."""
        try:
            accepted, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):  # another worker accepted it, or the client disconnected
            return
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            self._clients.make_room()  # too many open files; the client waits in the backlog meanwhile
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self._clients.make_room()
        sock = ClientSocket(accepted)
        connection = Connection(self.cfg, sock, address, listener.getsockname(), self.most_body_bytes)
        sock.outbox.wake = lambda: self.method_queue.defer(self._clients.send_later, connection)
        self._clients.add(connection)

    def finish_request(self, connection: Connection, future: "Future[Any]") -> None:
        """Handles the end of a request's thread; gunicorn calls it in the event loop."""
        self._compartments.leave(connection.place)
        has_succeeded = not future.cancelled() and future.exception() is None
        self._clients.answered(connection, stays_open=has_succeeded and bool(future.result()) and self.alive)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Closes idle connections, too, when the worker is about to end, since they would delay it."""
        super().set_accept_enabled(enabled)
        if not self.alive:
            self._clients.close_idle()

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Waits for events, but only briefly, so that slow clients are cut off in time even while it ends."""
        super().wait_for_and_dispatch_events(min(timeout, _LONGEST_WAIT_SECONDS))

    def murder_pending(self) -> None:
        """Cuts off slow clients; gunicorn calls it after each event, and each second."""
        self._clients.sweep()

    def _answer(self, connection: Connection) -> None:
        frame = connection.frame
        connection.place = self.place_of(*frame.request_line, frame.body_start(_LOOKED_AT_BYTES))
        if not self._compartments.enter(connection.place, connection):
            self._clients.refuse(connection, TooManyAtOnce())

    def _note_end(self) -> None:
        self.nr_conns -= 1

    def _keepalive_after(self, connection: Connection, keepalive: bool) -> bool:
        """Discards what the app has not read of the body, which is buffered completely; called in the thread."""
        return bool(keepalive) and not connection.parser.has_unread_body()
