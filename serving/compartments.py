"""Bulkheads: each kind of work has so many threads and no more, so that none can take those of another.

A request waits in its own compartment's queue, where it holds no thread; a queue may be full, and then it is refused.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, TypeVar

Job = TypeVar("Job")


class Compartment(NamedTuple):
    """So many threads at a time, for each part of the kind at most `most_of_part`; and so many that wait."""

    most: int
    most_waiting: int | None = None
    most_of_part: int | None = None


class Place(NamedTuple):
    """Where a piece of work belongs: its kind, and the part of this kind that it is."""

    kind: str
    part: str = ""


class Compartments(Generic[Job]):
    """The work that runs and waits, by kind; for one thread. `start` has a job begin in a thread."""

    def __init__(self, sizes: Mapping[str, Compartment], start: Callable[[Job], None]) -> None:
        self._sizes = sizes
        self._start = start
        self._running: Counter[str] = Counter()
        self._running_parts: Counter[Place] = Counter()
        self._waiting: dict[str, deque[tuple[Place, Job]]] = {kind: deque() for kind in sizes}

    def enter(self, place: Place, job: Job) -> bool:
        """Starts the job, or keeps it until there is a thread for it; returns False where too many wait already."""
        most_waiting = self._sizes[place.kind].most_waiting
        if self._has_room(place):
            self._run(place, job)
        elif most_waiting is not None and len(self._waiting[place.kind]) >= most_waiting:
            return False
        else:
            self._waiting[place.kind].append((place, job))
        return True

    def leave(self, place: Place) -> None:
        """Notes that a job has ended, and starts the first of those that wait for its thread."""
        self._running[place.kind] -= 1
        self._running_parts[place] -= 1
        if not self._running_parts[place]:
            del self._running_parts[place]
        waiting = self._waiting[place.kind]
        for index, (next_place, job) in enumerate(waiting):
            if self._has_room(next_place):
                del waiting[index]
                self._run(next_place, job)
                return

    def _has_room(self, place: Place) -> bool:
        size = self._sizes[place.kind]
        if self._running[place.kind] >= size.most:
            return False
        return size.most_of_part is None or self._running_parts[place] < size.most_of_part

    def _run(self, place: Place, job: Job) -> None:
        self._running[place.kind] += 1
        self._running_parts[place] += 1
        self._start(job)
