"""What one viewer is told, each message once and in order; whoever does not take them is hung up on."""

import socket
import time
from typing import Final

from sockets.frames import hang_up, text_frame, unsent
from sockets.guests import Viewer

_BEHIND_BYTES: Final = 2**15  # less is what a long line has in flight anyway
_BEHIND_SECONDS: Final = 8.0


class Line:
    """The way to one viewer. One thread says everything, and never waits for the viewer."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._sock = viewer.sock

    def say(self, text: str) -> None:
        """Sends a text; raises OSError when the viewer has gone, or has read nothing for too long."""
        try:
            self._look()
            frame = text_frame(text)
            # Whole, or never: a rest that is sent later would have to wait, and pings would get into its midst.
            if self._sock.send(frame, socket.MSG_DONTWAIT) != len(frame):
                raise OSError("the viewer's buffer is full")
        except OSError:
            hang_up(self._sock)
            raise

    def _look(self) -> None:
        now = time.monotonic()
        if unsent(self._sock) < _BEHIND_BYTES:
            self._viewer.behind_since = 0.0
        elif not self._viewer.behind_since:
            self._viewer.behind_since = now
        elif now - self._viewer.behind_since > _BEHIND_SECONDS:
            raise OSError("the viewer does not read")
