"""One text for many sockets: framed once, sent without waiting for anybody, and never queued."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Final

from simple_websocket import Server

from sockets.frames import hang_up, text_frame, unsent

_BEHIND_SECONDS: Final = 8.0
_TAKES_NO_DATA: Final = 1003


class Broadcast:
    """The viewers of one stream. Whoever has not taken the message before skips this one; who takes none is dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._viewers: dict[Server, float] = {}  # since when each is behind; 0 while it keeps up
        self.skipped = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._viewers)

    def join(self, viewer: Server, first: Callable[[], str]) -> None:
        """Adds a viewer; what `first` returns is its first message, and it misses none after that."""
        with self._lock:
            self._viewers[viewer] = 0.0
            self._offer(viewer, text_frame(first()), time.monotonic())

    def serve(self, viewer: Server, first: Callable[[], str]) -> None:
        """Keeps a viewer among them until its connection ends; one that says something is sent away (1003)."""
        try:
            self.join(viewer, first)
            viewer.receive()
            viewer.close(_TAKES_NO_DATA, "This stream takes no messages.")
        finally:
            self.leave(viewer)

    def leave(self, viewer: Server) -> None:
        """Takes a viewer out, if it still is among them."""
        with self._lock:
            self._viewers.pop(viewer, None)

    def publish(self, text: str) -> None:
        """Sends a text to all viewers; takes some microseconds for each, however slow they are."""
        frame, now = text_frame(text), time.monotonic()
        with self._lock:
            for viewer in list(self._viewers):
                self._offer(viewer, frame, now)

    def _offer(self, viewer: Server, frame: bytes, now: float) -> None:
        try:
            if unsent(viewer.sock) == 0:
                # Whole, or never: a rest that is sent later would have to wait, and pings would get into its midst.
                if viewer.sock.send(frame, socket.MSG_DONTWAIT) == len(frame):
                    self._viewers[viewer] = 0.0
                    return
            else:
                self.skipped += 1
                self._viewers[viewer] = self._viewers[viewer] or now
                if now - self._viewers[viewer] < _BEHIND_SECONDS:
                    return
        except OSError:  # it has gone, or is going
            pass
        self._drop(viewer)

    def _drop(self, viewer: Server) -> None:
        self.dropped += 1
        del self._viewers[viewer]
        hang_up(viewer.sock)
