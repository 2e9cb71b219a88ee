"""Ctrl-C and SIGTERM as a flag that the training checks, so that it ends between two steps."""

import signal
import time
from types import FrameType
from typing import Final

EPISODE_SECONDS: Final = 20.0
"""How long an episode may still take to end after the signal."""


class StopRequest:
    """Remembers the first SIGINT or SIGTERM; the second, of either kind, interrupts at once."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self.asked_at = 0.0

    @classmethod
    def listening(cls) -> "StopRequest":
        """Returns a request that the process's signals set; callable in the main thread only."""
        request = cls()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, request._set)
        return request

    @property
    def exit_code(self) -> int:
        """The shell's exit code for a process ended by this signal: 130 or 143; 0 without one."""
        return 0 if self.signal is None else 128 + self.signal

    @property
    def seconds_ago(self) -> float:
        """How long ago the signal was received."""
        return time.monotonic() - self.asked_at

    def ends_now(self, episode_ended: bool) -> bool:
        """Returns whether to stop now: at the end of an episode, or if none has ended for too long."""
        return bool(self) and (episode_ended or self.seconds_ago > EPISODE_SECONDS)

    def __bool__(self) -> bool:
        return self.signal is not None

    def _set(self, number: int, frame: FrameType | None) -> None:
        self.signal, self.asked_at = number, time.monotonic()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise KeyboardInterrupt
