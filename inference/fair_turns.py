"""Who may evaluate now: so many at a time, and where others wait, nobody goes on who has more running than they."""

import threading
from collections import Counter
from typing import Final

from domain.access.rules import Asker
from domain.errors.names import TheInferenceEngine
from domain.errors.services import AskedForManyEvaluations, HoldsAllEvaluations

_WAKE_SECONDS: Final = 0.5  # whoever waits looks so often whether somebody still wants the result


class Turn:
    """One evaluation's place, first among those that wait and then among those that run."""

    def __init__(self, turns: "FairTurns", person: str) -> None:
        self._turns = turns
        self.person = person

    def comes(self) -> bool:
        """Waits half a second at most; returns whether it is this one's turn by then."""
        return self._turns.comes(self, _WAKE_SECONDS)

    def end(self) -> None:
        """Gives the place back, also that of one that still waits; a second time does nothing."""
        self._turns.end(self)


class FairTurns:
    """`at_once` run, the others wait: `each` of one person and `most` of all together, running ones counted."""

    def __init__(self, at_once: int, each: int, most: int) -> None:
        self._at_once, self._each, self._most = at_once, each, most
        self._changed = threading.Condition()
        self._waiting: list[Turn] = []  # the one that came first is first
        self._running: list[Turn] = []

    def __len__(self) -> int:
        return len(self._waiting) + len(self._running)

    def enter(self, person: str) -> Turn:
        """Returns a turn that is yet to come.

        Raises `ServiceUnavailable` where the person or all together have enough.
        """
        with self._changed:
            held = sum(one.person == person for one in [*self._waiting, *self._running])
            if held >= self._each:
                raise AskedForManyEvaluations(TheInferenceEngine(), held)
            if len(self) >= self._most:
                raise HoldsAllEvaluations(TheInferenceEngine(), self._most)
            turn = Turn(self, person)
            self._waiting.append(turn)
            self._begin()
            return turn

    def comes(self, turn: Turn, seconds: float) -> bool:
        """Waits until it is that one's turn, or so long."""
        with self._changed:
            return self._changed.wait_for(lambda: turn in self._running, seconds)

    def end(self, turn: Turn) -> None:
        """Lets the next one begin."""
        with self._changed:
            for places in (self._waiting, self._running):
                if turn in places:
                    places.remove(turn)
            self._begin()

    def _begin(self) -> None:
        while self._waiting and len(self._running) < self._at_once:
            running = Counter(one.person for one in self._running)
            following = min(self._waiting, key=lambda one: running[one.person])
            self._waiting.remove(following)
            self._running.append(following)
        self._changed.notify_all()


def person_of(asker: Asker, address: str) -> str:
    """Returns whom an evaluation counts for.

    The user where a name is known, else the open page, else where it comes from.
    """
    if asker.user is not None:
        return f"user {asker.user}"
    return f"address {address}" if asker.page is None else f"page {asker.page}"
