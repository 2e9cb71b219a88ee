"""gunicorn for a service with long-lived sockets: one worker, with a thread for each."""

import logging
import resource
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from serving.buffering_worker import BufferingWorker
from serving.json_logger import JsonLogger

_log = logging.getLogger(__name__)
_SPARE_THREADS: Final = 24  # for other requests, and for refusing viewers beyond the limit
_MAX_BODY_BYTES: Final = 2**16  # requests here have no large bodies
_FILES_EACH: Final = 4  # the socket, a viewer's own descriptor of it, the reading thread's selector, and one in reserve
_OTHER_FILES: Final = 256
Stop = Callable[[], None]


class SocketWorker(BufferingWorker):
    """Stops the app at once when the worker is to end."""

    most_body_bytes = _MAX_BODY_BYTES
    stop: Stop | None = None

    def handle_exit(self, number: int, frame: FrameType | None) -> None:
        """Stops the app on SIGTERM, then the worker."""
        self._stop_app()
        super().handle_exit(number, frame)

    def handle_quit(self, number: int, frame: FrameType | None) -> None:
        """Stops on Ctrl-C as on SIGTERM."""
        self._stop_app()
        super().handle_exit(number, frame)

    def is_parent_alive(self) -> bool:
        """Stops the app also if gunicorn itself was killed."""
        is_alive = bool(super().is_parent_alive())
        if not is_alive:
            self._stop_app()
        return is_alive

    def _stop_app(self) -> None:
        stop, SocketWorker.stop = SocketWorker.stop, None
        if stop is not None:
            threading.Thread(target=stop, name="stop", daemon=True).start()


class SocketServer(BaseApplication):  # type: ignore[misc]
    """Runs the app that `make` returns, along with its stop function; `make` is called in the worker process."""

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
            "keepalive": 0,  # an idle connection would delay the end of the service
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
        """Creates the app after the fork: threads would not survive it."""
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
