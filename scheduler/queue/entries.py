"""The trainings in memory: what requests are answered from, whether MLflow answers or not."""

import threading
from collections.abc import Callable
from typing import Any, Final

from domain.errors.names import TheScheduler
from domain.errors.trainings.requests import NoSuchTraining, TrainingsNotRead
from scheduler.queue.entry import Entry

MOST_OVER: Final = 500


class Entries:
    """Trainings by the id of their run; each change puts a new entry in the place of the old one."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._by_id: dict[str, Entry] = {}
        self.is_read = False
        """Whether MLflow was asked once for all that wait or run."""

    def check_read(self) -> None:
        """Raises TrainingsNotRead before the queue was read."""
        if not self.is_read:
            raise TrainingsNotRead(TheScheduler())

    def get(self, run_id: str) -> Entry:
        """Returns one training; raises NoSuchTraining, or TrainingsNotRead where nobody can know yet."""
        found = self._by_id.get(run_id)
        if found is None:
            self.check_read()
            raise NoSuchTraining(run_id if len(run_id) <= 64 and run_id.isprintable() else "?")
        return found

    def find(self, run_id: str) -> Entry | None:
        """Returns one training, if it is here."""
        return self._by_id.get(run_id)

    def all(self) -> list[Entry]:
        """Returns all of them."""
        with self._lock:
            return list(self._by_id.values())

    def waiting(self) -> list[Entry]:
        """Returns those in the queue, the next one first."""
        return sorted((one for one in self.all() if one.is_waiting), key=lambda one: (one.place, one.run_id))

    def alive(self) -> list[Entry]:
        """Returns those that run."""
        return [one for one in self.all() if one.is_alive]

    def over(self) -> list[Entry]:
        """Returns those that ended, the newest first."""
        ended = (one for one in self.all() if one.is_over)
        return sorted(ended, key=lambda one: (one.ended_ms or one.asked_ms, one.run_id), reverse=True)

    def of_request(self, request_id: str) -> Entry | None:
        """Returns the training that a request made before."""
        return next((one for one in self.all() if one.request_id == request_id), None) if request_id else None

    def put(self, entry: Entry) -> None:
        """Adds a training, or puts it in the place of what is known of it."""
        with self._lock:
            self._by_id[entry.run_id] = entry

    def change(self, run_id: str, **changes: Any) -> Entry | None:
        """Changes a training that is there; returns what it is now."""
        return self.update(run_id, lambda entry: entry.but(**changes))

    def update(self, run_id: str, change: Callable[[Entry], Entry]) -> Entry | None:
        """Changes an entry as `change` does, by a function of what it is: nothing comes between."""
        with self._lock:
            found = self._by_id.get(run_id)
            if found is not None:
                found = self._by_id[run_id] = change(found)
            return found

    def replace(self, known: Entry | None, entry: Entry) -> bool:
        """Puts an entry in the place of `known`, unless that has changed meanwhile."""
        with self._lock:
            if self._by_id.get(entry.run_id) is not known:
                return False
            self._by_id[entry.run_id] = entry
            return True

    def drop(self, known: Entry) -> None:
        """Forgets a training whose run is gone, unless it has changed meanwhile."""
        with self._lock:
            if self._by_id.get(known.run_id) is known:
                del self._by_id[known.run_id]

    def forget_the_oldest(self) -> None:
        """Keeps the newest that are over, and those of which MLflow is still to be told."""
        for one in self.over()[MOST_OVER:]:
            if one.recorded == one.state:
                self.drop(one)
