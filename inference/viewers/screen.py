"""What a viewer sees, as far as the engine can know: no frame is made that nobody would see."""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

from domain.inference.commands import DEFAULT_SIDE, Command, Verb

MOST_FRAMES_A_SECOND: Final = 30
_FRAME_SECONDS: Final = 1 / (MOST_FRAMES_A_SECOND + 2)  # a clock's grain must not cost every second frame
_LATE_FRAME_SECONDS: Final = 0.1  # who is behind the schedule makes ten a second all the same
_UNSEEN_SECONDS: Final = 0.5  # so often a hidden or slow viewer is told how it goes
_MOST_ON_THE_WAY: Final = 3
_BEHIND_BYTES: Final = 2**15


class View(NamedTuple):
    """What one message is to hold: its number, and a frame of this longest side in pixels, or none."""

    number: int
    side: int | None


class Screen:
    """One viewer's; `unsent` says how many bytes of what was sent have not arrived."""

    def __init__(self, unsent: Callable[[], int], clock: Callable[[], float] = time.monotonic) -> None:
        self._unsent = unsent
        self._clock = clock
        self._side = DEFAULT_SIDE
        self._is_hidden = False
        self._seen: int | None = None
        self._number = -1
        self._sent_at = 0.0
        self._owes_frame = False

    def apply(self, command: Command) -> None:
        """Notes what a command says of the screen."""
        if command.side is not None:
            self._side = command.side
        if command.command in (Verb.HIDE, Verb.SHOW):
            self._is_hidden = command.command is Verb.HIDE
        if command.seen is not None:
            self._seen = max(command.seen, self._seen or 0)

    def wants(self, is_late: bool) -> bool:
        """Returns whether a step is to be told now; `is_late` where it came after its time."""
        since = self._clock() - self._sent_at
        if self._is_hidden or self._is_behind:
            return since >= _UNSEEN_SECONDS
        return since >= (_LATE_FRAME_SECONDS if is_late else _FRAME_SECONDS)

    def view(self) -> View:
        """Returns what is to be told next; counts as told."""
        self._sent_at = self._clock()
        side = None if self._is_hidden or self._is_behind else self._side
        self._number += 1
        self._owes_frame = side is None
        return View(self._number, side)

    @property
    def lacks_frame(self) -> bool:
        """Whether the last message had no frame, and one would be seen now."""
        return self._owes_frame and not self._is_hidden and not self._is_behind

    @property
    def _is_behind(self) -> bool:
        """Whether more is on its way than a viewer who keeps up leaves unseen."""
        unseen = 0 if self._seen is None else self._number - self._seen
        return unseen >= _MOST_ON_THE_WAY or self._unsent() >= _BEHIND_BYTES
