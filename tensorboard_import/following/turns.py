"""Which folder is served next: one worker takes all in turn, the others those that grow first."""

import time
from collections import deque
from collections.abc import Iterable
from typing import Final

from tensorboard_import.folders.walk import FoundFolder
from tensorboard_import.following.folder_import import FolderImport

_LIVE_BYTES: Final = 64 * 2**10
"""So much at most has a file that is being written gained since it was last read."""
_KEPT_SECONDS: Final = 0.5


class Turn:
    """A folder, when it was last served, and when it may be again."""

    def __init__(self, folder: FolderImport) -> None:
        self.folder = folder
        self.served = 0.0
        self.due = 0.0
        self.failure = ""
        self.is_busy = False
        self._found_meanwhile: FoundFolder | None = None

    def note(self, found: FoundFolder) -> None:
        """Takes in what lies in the folder by now, as soon as no worker is at it."""
        if self.is_busy:
            self._found_meanwhile = found
        else:
            self.folder.note(found)

    def begin(self) -> None:
        """Notes that a worker is at it."""
        self.is_busy = True

    def end(self) -> None:
        """Notes that no worker is at it any more."""
        self.is_busy, self.served, self.failure = False, time.monotonic(), ""
        if self._found_meanwhile is not None:
            self.folder.note(self._found_meanwhile)
            self._found_meanwhile = None

    @property
    def is_ready(self) -> bool:
        """Whether a worker would have something to do."""
        return not self.is_busy and self.due <= time.monotonic() and self.folder.backlog > 0

    @property
    def is_live(self) -> bool:
        """Whether it was read up to a short time ago, and so is what somebody may be watching."""
        return self.served > 0 and self.folder.backlog <= _LIVE_BYTES


class Turns:
    """The order of those that wait, made anew every now and then: of a thousand, each is not looked at for each."""

    def __init__(self) -> None:
        self._in_turn: deque[Turn] = deque()
        self._live_first: deque[Turn] = deque()
        self._made = float("-inf")

    def next(self, turns: Iterable[Turn], *, live_first: bool) -> Turn | None:
        """Returns the one to be served, of all `turns`; None where none is ready."""
        if time.monotonic() - self._made < _KEPT_SECONDS and (found := self._first(live_first)) is not None:
            return found
        self._make(turns)
        return self._first(live_first)

    def _make(self, turns: Iterable[Turn]) -> None:
        self._made = time.monotonic()
        ready = sorted((turn for turn in turns if turn.is_ready), key=_since_served)
        self._in_turn = deque(ready)
        self._live_first = deque(sorted(ready, key=lambda turn: not turn.is_live))

    def _first(self, live_first: bool) -> Turn | None:
        queue = self._live_first if live_first else self._in_turn
        while queue:
            turn = queue.popleft()
            if turn.served <= self._made and turn.is_ready:
                return turn
        return None


def _since_served(turn: Turn) -> tuple[float, float]:
    return turn.served, -turn.folder.found.changed
