"""The messages of a viewer that are not handled yet; bounded, for the library under us would keep all of them."""

import threading
from collections.abc import Callable
from typing import Final

from simple_websocket import Server

_MOST_WAITING: Final = 64


class Inbox(list[str | bytes]):
    """The messages of one viewer that wait; one too many ends the connection."""

    def append(self, message: str | bytes) -> None:
        """Adds a message; raises OSError, upon which the thread that reads the socket ends it."""
        if len(self) >= _MOST_WAITING:
            raise OSError("it sends more than is handled")
        super().append(message)


def listening_thread(target: Callable[[], None]) -> threading.Thread:
    """Returns the thread in which simple-websocket reads a connection: a daemon, and its messages go into an Inbox."""
    # The bound method's own server, before its first message can come: afterwards one could be lost between two lists.
    viewer: Server = target.__self__  # type: ignore[attr-defined]
    viewer.input_buffer = Inbox()
    return threading.Thread(target=target, daemon=True)
