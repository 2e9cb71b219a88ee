"""A viewer's unprocessed messages; bounded, since simple-websocket would keep all of them."""

import threading
from collections.abc import Callable
from typing import Final

from simple_websocket import Server

_MAX_WAITING: Final = 64


class Inbox(list[str | bytes]):
    """The waiting messages of one viewer; too many end the connection."""

    def append(self, message: str | bytes) -> None:
        """Adds a message; raises OSError if there are too many, which makes the reading thread end the connection."""
        if len(self) >= _MAX_WAITING:
            raise OSError("it sends more than is handled")
        super().append(message)


def listening_thread(target: Callable[[], None]) -> threading.Thread:
    """Returns the thread in which simple-websocket reads a connection: a daemon, whose messages go into an Inbox."""
    # Set on the bound method's server before its first message can arrive: later, one could be lost between two
    # lists.
    viewer: Server = target.__self__  # type: ignore[attr-defined]
    viewer.input_buffer = Inbox()
    return threading.Thread(target=target, daemon=True)
