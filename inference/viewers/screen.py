"""What a viewer sees, as far as the engine knows, so that no unseen frame is drawn."""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

from domain.inference.commands import DEFAULT_SIDE, Command, Verb

MAX_FRAMES_A_SECOND: Final = 30
# Slightly shorter, so that the clock's resolution does not skip every second frame.
_FRAME_SECONDS: Final = 1 / (MAX_FRAMES_A_SECOND + 2)
_LATE_FRAME_SECONDS: Final = 0.1  # a viewer that is behind schedule still gets ten a second
_UNSEEN_SECONDS: Final = 0.5  # how often a hidden or slow viewer gets a message
_MAX_ON_THE_WAY: Final = 3
_BEHIND_BYTES: Final = 2**15


class FrameRequest(NamedTuple):
    """The content of one message: its number, and the longest side of its frame in pixels, None without a frame."""

    number: int
    side: int | None


class Screen:
    """The screen of one viewer; `unsent` returns how many sent bytes have not arrived."""

    def __init__(self, unsent: Callable[[], int], clock: Callable[[], float] = time.monotonic) -> None:
        self._unsent = unsent
        self._clock = clock
        self._side = DEFAULT_SIDE
        self._is_hidden = False
        self._seen: int | None = None
        self._number = -1
        self._sent_at = 0.0
        self._has_skipped_frame = False

    def apply(self, command: Command) -> None:
        """Applies a command's fields about the screen."""
        if command.side is not None:
            self._side = command.side
        if command.command in (Verb.HIDE, Verb.SHOW):
            self._is_hidden = command.command is Verb.HIDE
        if command.seen is not None:
            self._seen = max(command.seen, self._seen or 0)

    def wants(self, is_late: bool) -> bool:
        """Returns whether a message is due after this step; `is_late` if the step is behind schedule."""
        since = self._clock() - self._sent_at
        if self._is_hidden or self._is_behind:
            return since >= _UNSEEN_SECONDS
        return since >= (_LATE_FRAME_SECONDS if is_late else _FRAME_SECONDS)

    def view(self) -> FrameRequest:
        """Returns the content of the next message, and counts it as sent."""
        self._sent_at = self._clock()
        side = None if self._is_hidden or self._is_behind else self._side
        self._number += 1
        self._has_skipped_frame = side is None
        return FrameRequest(self._number, side)

    @property
    def lacks_frame(self) -> bool:
        """Whether the last message had no frame, although it would be visible now."""
        return self._has_skipped_frame and not self._is_hidden and not self._is_behind

    @property
    def _is_behind(self) -> bool:
        """Whether more data is in transit than a viewer who keeps up would have."""
        unseen = 0 if self._seen is None else self._number - self._seen
        return unseen >= _MAX_ON_THE_WAY or self._unsent() >= _BEHIND_BYTES
