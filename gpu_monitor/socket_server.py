"""gunicorn for a service whose sockets stay open for hours: one worker, a thread for each of them."""

import logging
import resource
import socket
import struct
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import FrameType
from typing import Any, Final

from flask import Flask
from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from domain.logs import JsonFormatter

_log = logging.getLogger(__name__)
_SPARE_THREADS: Final = 24  # for whatever is no socket, and for refusing those who are one too many
_REQUEST_SECONDS: Final = 5
_FILES_EACH: Final = 4  # the socket, a viewer's own end of it, the reading thread's selector, and one to spare
_OTHER_FILES: Final = 256
Stop = Callable[[], None]


class JsonLogger(Logger):  # type: ignore[misc]
    """gunicorn's own messages as JSON lines."""

    def setup(self, cfg: Config) -> None:
        """Takes gunicorn's handlers and gives them Clew's formatter."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())

    def exception(self, message: str, *arguments: Any, **options: Any) -> None:
        """Logs a failure; a request that was never finished is none of ours."""
        if isinstance(sys.exc_info()[1], BlockingIOError):
            self.debug("A request did not come to its end in time")
        else:
            super().exception(message, *arguments, **options)


class SocketWorker(ThreadWorker):  # type: ignore[misc]
    """gthread, which tells the app at once when it is to end, and does not let one connection hold up the others."""

    stop: Stop | None = None

    def handle(self, conn: TConn) -> Any:
        """Serves a request; half of one holds a thread for some seconds only."""
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", _REQUEST_SECONDS, 0))
        result = super().handle(conn)
        if result is False:
            # Here, in its own thread: gthread does it in the one that accepts, and waits 2 s for the other side.
            util.close_graceful(conn.sock)
        return result

    def finish_request(self, conn: TConn, future: "Future[Any]") -> None:
        """Counts a connection that ended; gthread counts one whose socket is closed by now twice."""
        if conn.sock.fileno() < 0:
            self.nr_conns -= 1
        else:
            super().finish_request(conn, future)

    def handle_exit(self, number: int, frame: FrameType | None) -> None:
        """SIGTERM: stops the app, then the worker."""
        self._stop_app()
        super().handle_exit(number, frame)

    def handle_quit(self, number: int, frame: FrameType | None) -> None:
        """Ctrl-C: the same."""
        self._stop_app()
        super().handle_exit(number, frame)

    def is_parent_alive(self) -> bool:
        """Also stops the app when gunicorn itself was killed."""
        is_alive = bool(super().is_parent_alive())
        if not is_alive:
            self._stop_app()
        return is_alive

    def _stop_app(self) -> None:
        stop, SocketWorker.stop = SocketWorker.stop, None
        if stop is not None:
            threading.Thread(target=stop, name="stop", daemon=True).start()


class SocketServer(BaseApplication):  # type: ignore[misc]
    """Runs the app that `make` returns, together with what stops it; `make` is called in the worker process."""

    def __init__(self, make: Callable[[], tuple[Flask, Stop]], *, host: str, port: int, sockets: int, log_level: str):
        self._make = make
        self._options = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "worker_class": SocketWorker,
            "workers": 1,
            "threads": sockets + _SPARE_THREADS,
            "worker_connections": 2 * (sockets + _SPARE_THREADS),
            "timeout": 30,
            "graceful_timeout": 1,
            "keepalive": 0,  # an idle connection would hold up the end of the service
            "control_socket_disable": True,
            "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,
            "loglevel": log_level.lower(),
            "logger_class": JsonLogger,
            "accesslog": None,
        }
        super().__init__()

    def load_config(self) -> None:
        """Sets gunicorn's options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Makes the app, after the fork: threads would not survive it."""
        _allow_files(self.cfg.threads)
        app, SocketWorker.stop = self._make()
        return app


def _allow_files(connections: int) -> None:
    """Raises the limit of open files: each connection takes three, and gunicorn does not survive running out."""
    needed = _FILES_EACH * connections + _OTHER_FILES
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed < needed and allowed != resource.RLIM_INFINITY:
        possible = needed if most == resource.RLIM_INFINITY else min(needed, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (possible, most))
        if possible < needed:
            _log.warning("Too few open files are allowed for so many viewers", extra={"needed": needed, "most": most})
