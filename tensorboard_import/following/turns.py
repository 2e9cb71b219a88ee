"""The order of folders: one worker takes all in turn, the others prefer those that are growing."""

import time
from collections import deque
from collections.abc import Iterable
from typing import Final

from tensorboard_import.folders.walk import FoundFolder
from tensorboard_import.following.folder_import import FolderImport

_LIVE_BYTES: Final = 64 * 2**10
"""A file that is being written has gained at most this much since it was last read."""
_KEPT_SECONDS: Final = 0.5


class Turn:
    """A folder, when it was last processed, and when it may be again."""

    def __init__(self, folder: FolderImport) -> None:
        self.folder = folder
        self.served = 0.0
        self.due = 0.0
        self.failure = ""
        self.is_busy = False
        self._found_meanwhile: FoundFolder | None = None

    def note(self, found: FoundFolder) -> None:
        """Takes the result of a new walk, as soon as no worker uses the folder."""
        if self.is_busy:
            self._found_meanwhile = found
        else:
            self.folder.note(found)

    def begin(self) -> None:
        """Notes that a worker has started on it."""
        self.is_busy = True

    def end(self) -> None:
        """Notes that the worker has finished."""
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
        """Whether its import is nearly up to date, so that a user may be watching it."""
        return self.served > 0 and self.folder.backlog <= _LIVE_BYTES


class Turns:
    """The queue of ready folders, rebuilt now and then: checking all of a thousand for each turn would be slow."""

    def __init__(self) -> None:
        self._in_turn: deque[Turn] = deque()
        self._live_first: deque[Turn] = deque()
        self._made = float("-inf")

    def next(self, turns: Iterable[Turn], *, live_first: bool) -> Turn | None:
        """Returns the next one of `turns`; None if none is ready."""
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
