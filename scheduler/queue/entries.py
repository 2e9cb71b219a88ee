"""The trainings in memory, from which requests are answered even without MLflow."""

import threading
from collections.abc import Callable
from typing import Any, Final

from domain.errors.names import TheScheduler
from domain.errors.trainings.requests import NoSuchTraining, TrainingsNotRead
from scheduler.queue.entry import Entry

MAX_OVER: Final = 500


class Entries:
    """Trainings by run id; each change replaces an entry by a new one."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._by_id: dict[str, Entry] = {}
        self.is_read = False
        """Whether all waiting and running trainings have been read from MLflow."""

    def check_read(self) -> None:
        """Raises TrainingsNotRead before the queue was read."""
        if not self.is_read:
            raise TrainingsNotRead(TheScheduler())

    def get(self, run_id: str) -> Entry:
        """Returns one training; raises NoSuchTraining, or TrainingsNotRead while that cannot be known."""
        found = self._by_id.get(run_id)
        if found is None:
            self.check_read()
            raise NoSuchTraining(run_id if len(run_id) <= 64 and run_id.isprintable() else "?")
        return found

    def find(self, run_id: str) -> Entry | None:
        """Returns one training, if it is known."""
        return self._by_id.get(run_id)

    def all(self) -> list[Entry]:
        """Returns all of them."""
        with self._lock:
            return list(self._by_id.values())

    def waiting(self) -> list[Entry]:
        """Returns the waiting ones, in the order of the queue."""
        return sorted((one for one in self.all() if one.is_waiting), key=lambda one: (one.place, one.run_id))

    def alive(self) -> list[Entry]:
        """Returns the running ones."""
        return [one for one in self.all() if one.is_alive]

    def over(self) -> list[Entry]:
        """Returns the ended ones, newest first."""
        ended = (one for one in self.all() if one.is_over)
        return sorted(ended, key=lambda one: (one.ended_ms or one.asked_ms, one.run_id), reverse=True)

    def of_request(self, request_id: str) -> Entry | None:
        """Returns the training that an earlier request with this id made."""
        return next((one for one in self.all() if one.request_id == request_id), None) if request_id else None

    def put(self, entry: Entry) -> None:
        """Adds a training, or replaces it."""
        with self._lock:
            self._by_id[entry.run_id] = entry

    def change(self, run_id: str, **changes: Any) -> Entry | None:
        """Changes a known training; returns its new state."""
        return self.update(run_id, lambda entry: entry.but(**changes))

    def update(self, run_id: str, change: Callable[[Entry], Entry]) -> Entry | None:
        """Changes an entry atomically by the function `change`."""
        with self._lock:
            found = self._by_id.get(run_id)
            if found is not None:
                found = self._by_id[run_id] = change(found)
            return found

    def replace(self, known: Entry | None, entry: Entry) -> bool:
        """Replaces `known` by an entry, unless it has changed meanwhile."""
        with self._lock:
            if self._by_id.get(entry.run_id) is not known:
                return False
            self._by_id[entry.run_id] = entry
            return True

    def drop(self, known: Entry) -> None:
        """Drops a training whose run was deleted, unless it has changed meanwhile."""
        with self._lock:
            if self._by_id.get(known.run_id) is known:
                del self._by_id[known.run_id]

    def forget_the_oldest(self) -> None:
        """Drops ended trainings except for the newest ones and those with changes that MLflow lacks."""
        for one in self.over()[MAX_OVER:]:
            if one.recorded == one.state:
                self.drop(one)
