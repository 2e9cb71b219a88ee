"""Fair scheduling of evaluations: while others wait, a person with more running ones than they gets no further turn."""

import threading
from collections import Counter
from typing import Final

from domain.access.rules import Requester
from domain.errors.names import TheInferenceEngine
from domain.errors.services import AskedForManyEvaluations, HoldsAllEvaluations

_WAKE_SECONDS: Final = 0.5  # how often a waiting evaluation checks whether it was cancelled


class Turn:
    """The place of one evaluation, first among waiting ones and then among running ones."""

    def __init__(self, turns: "FairTurns", person: str) -> None:
        self._turns = turns
        self.person = person

    def wait(self) -> bool:
        """Waits at most half a second; returns whether its turn has come."""
        return self._turns.wait(self, _WAKE_SECONDS)

    def end(self) -> None:
        """Gives up the place, even of a waiting one; repeated calls have no effect."""
        self._turns.end(self)


class FairTurns:
    """`at_once` run, the others wait: at most `each` per person and `most` in total, running ones included."""

    def __init__(self, at_once: int, each: int, most: int) -> None:
        self._at_once, self._each, self._most = at_once, each, most
        self._changed = threading.Condition()
        self._waiting: list[Turn] = []  # first come, first
        self._running: list[Turn] = []

    def __len__(self) -> int:
        return len(self._waiting) + len(self._running)

    def enter(self, person: str) -> Turn:
        """Returns a turn in the queue.

        Raises `ServiceUnavailable` if the limit of the person or the total is reached.
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

    def wait(self, turn: Turn, seconds: float) -> bool:
        """Waits for at most so many seconds; returns whether its turn has come."""
        with self._changed:
            return self._changed.wait_for(lambda: turn in self._running, seconds)

    def end(self, turn: Turn) -> None:
        """Lets the next one start."""
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


def person_of(requester: Requester, address: str) -> str:
    """Returns the key of the person for whom an evaluation counts.

    That is the user name if known, else the open page, else the client's address.
    """
    if requester.user is not None:
        return f"user {requester.user}"
    return f"address {address}" if requester.page is None else f"page {requester.page}"
