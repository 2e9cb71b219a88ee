"""Ctrl-C and SIGTERM as a request that the training looks at, so that it ends between two steps and not within one."""

import signal
from types import FrameType


class StopRequest:
    """Remembers the first SIGINT or SIGTERM; a second SIGINT interrupts at once, as usual."""

    def __init__(self) -> None:
        self.signal: int | None = None

    @classmethod
    def listening(cls) -> "StopRequest":
        """A request that the process's signals set; only the main thread may ask for it."""
        request = cls()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, request._set)
        return request

    @property
    def exit_code(self) -> int:
        """What a shell expects of a process that ended by this signal: 130 or 143; 0 without one."""
        return 0 if self.signal is None else 128 + self.signal

    def __bool__(self) -> bool:
        return self.signal is not None

    def _set(self, number: int, frame: FrameType | None) -> None:
        self.signal = number
        signal.signal(signal.SIGINT, signal.default_int_handler)
