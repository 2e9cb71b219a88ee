"""One text for many sockets: framed once, sent without waiting for anybody, and never queued."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Final

from sockets.frames import hang_up, text_frame, unsent
from sockets.guests import Viewer

_BEHIND_SECONDS: Final = 8.0
_SMALL_BYTES: Final = 256  # a handshake's answer, a ping: on their way, they say nothing about a viewer's speed
_TAKES_NO_DATA: Final = 1003


class Broadcast:
    """The viewers of one stream. Whoever has not taken the message before skips this one; who takes none is dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._viewers: set[Viewer] = set()
        self.skipped = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._viewers)

    def serve(self, viewer: Viewer, first: Callable[[], str]) -> None:
        """Keeps a viewer among them until its connection ends; one that says something is sent away (1003)."""
        try:
            self.join(viewer, first)
            viewer.listen()
            viewer.server.close(_TAKES_NO_DATA, "This stream takes no messages.")
        finally:
            self.leave(viewer)

    def join(self, viewer: Viewer, first: Callable[[], str]) -> None:
        """Adds a viewer; what `first` returns is its first message, and it misses none after that."""
        with self._lock:
            self._viewers.add(viewer)
            self._offer(viewer, text_frame(first()), time.monotonic())

    def leave(self, viewer: Viewer) -> None:
        """Takes a viewer out, if it still is among them."""
        with self._lock:
            self._viewers.discard(viewer)

    def publish(self, text: str) -> None:
        """Sends a text to all viewers; takes some microseconds for each, however slow they are."""
        frame, now = text_frame(text), time.monotonic()
        with self._lock:
            for viewer in list(self._viewers):
                self._offer(viewer, frame, now)

    def _offer(self, viewer: Viewer, frame: bytes, now: float) -> None:
        try:
            if unsent(viewer.sock) <= _SMALL_BYTES:
                # Whole, or never: a rest that is sent later would have to wait, and pings would get into its midst.
                if viewer.sock.send(frame, socket.MSG_DONTWAIT) == len(frame):
                    viewer.behind_since = 0.0
                    return
            else:
                self.skipped += 1
                viewer.behind_since = viewer.behind_since or now
                if now - viewer.behind_since < _BEHIND_SECONDS:
                    return
        except OSError:  # it has gone, or is going
            pass
        self.dropped += 1
        self._viewers.discard(viewer)
        hang_up(viewer.sock)
