"""Bulkheads: each kind of work has a limited number of threads, and cannot take those of others.

A request waits in its compartment's queue, where it holds no thread; if the queue is full, it is refused.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, TypeVar

Job = TypeVar("Job")


class Compartment(NamedTuple):
    """Limits of a kind of jobs: threads at a time, at most `most_of_part` for each part, and waiting jobs."""

    most: int
    most_waiting: int | None = None
    most_of_part: int | None = None


class CompartmentPart(NamedTuple):
    """The compartment of a piece of work, and the part within its kind."""

    kind: str
    part: str = ""


class Compartments(Generic[Job]):
    """Running and waiting jobs, by kind; used by one thread. `start` starts a job in a thread."""

    def __init__(self, sizes: Mapping[str, Compartment], start: Callable[[Job], None]) -> None:
        self._sizes = sizes
        self._start = start
        self._running: Counter[str] = Counter()
        self._running_parts: Counter[CompartmentPart] = Counter()
        self._waiting: dict[str, deque[tuple[CompartmentPart, Job]]] = {kind: deque() for kind in sizes}

    def enter(self, place: CompartmentPart, job: Job) -> bool:
        """Starts the job, or queues it until a thread is free; returns False if too many wait already."""
        most_waiting = self._sizes[place.kind].most_waiting
        if self._has_room(place):
            self._run(place, job)
        elif most_waiting is not None and len(self._waiting[place.kind]) >= most_waiting:
            return False
        else:
            self._waiting[place.kind].append((place, job))
        return True

    def leave(self, place: CompartmentPart) -> None:
        """Notes that a job has ended, and starts the first one that waits for its thread."""
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

    def _has_room(self, place: CompartmentPart) -> bool:
        size = self._sizes[place.kind]
        if self._running[place.kind] >= size.most:
            return False
        return size.most_of_part is None or self._running_parts[place] < size.most_of_part

    def _run(self, place: CompartmentPart, job: Job) -> None:
        self._running[place.kind] += 1
        self._running_parts[place] += 1
        self._start(job)
