"""The environments in use, up to a limit, and released ones that are kept for the next player."""

import threading
import time
from collections import Counter
from typing import Final

from domain.environments.facts import EnvironmentFacts
from domain.environments.source import EnvironmentSource
from domain.errors.environments.failures import EnvironmentsBusy
from domain.errors.names import Environments
from environments.environment import Action, Frame, Observation, Outcome
from environments.gymnasium_process import GymnasiumProcess
from environments.known import KnownEnvironments

IDLE_SECONDS: Final = 30.0
"""How long a released environment is kept for another player."""


class PooledEnvironment:
    """An Environment of the pool. After its place was given to another player, it raises EnvironmentsBusy."""

    def __init__(self, pool: "EnvironmentPool", source: EnvironmentSource, own: GymnasiumProcess, person: str) -> None:
        self.source = source
        self.person = person
        self.own = own
        self.last_used = time.monotonic()
        self.lock = threading.Lock()
        self.is_taken = False
        self._pool = pool

    @property
    def facts(self) -> EnvironmentFacts:
        """The environment's facts."""
        return self.own.facts

    def reset(self, seed: int | None) -> Observation:
        """Starts an episode; the same seed starts the same one."""
        with self.lock:
            return self._ready().reset(seed)

    def step(self, action: Action) -> Outcome:
        """Makes one step."""
        with self.lock:
            return self._ready().step(action)

    def render(self, longest_side: int) -> Frame | None:
        """Draws the current state."""
        with self.lock:
            return self._ready().render(longest_side)

    def _ready(self) -> GymnasiumProcess:
        if self.is_taken:
            raise EnvironmentsBusy(Environments(), self._pool.most)
        self.last_used = time.monotonic()
        return self.own

    def close(self) -> None:
        """Returns it to the pool; may be called again."""
        self._pool.give_back(self)


class EnvironmentPool:
    """Holds at most `most` environments.

    If all are in use, a person who has at least two fewer than another one gets that person's least recently used
    one.
    """

    def __init__(self, known: KnownEnvironments, most: int, idle_seconds: float = IDLE_SECONDS) -> None:
        self.known = known
        self.most = most
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._played: set[PooledEnvironment] = set()
        self._idle: list[PooledEnvironment] = []  # least recently released first
        self._starting = 0
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._played) + len(self._idle) + self._starting

    def take(self, source: EnvironmentSource, person: str = "") -> PooledEnvironment:
        """Returns an environment; raises as GymnasiumProcess does, and EnvironmentsBusy."""
        if waiting := self._waiting(source):
            waiting.person, waiting.last_used = person, time.monotonic()
            return waiting
        self._make_room(person)
        try:
            made = PooledEnvironment(self, source, GymnasiumProcess(source, self.known), person)
        finally:
            with self._lock:
                self._starting -= 1
        with self._lock:
            self._played.add(made)
            is_closed = self._is_closed
        if is_closed:
            self._end(made)
        return made

    def _waiting(self, source: EnvironmentSource) -> PooledEnvironment | None:
        with self._lock:
            for one in self._idle:
                if one.source == source:
                    self._idle.remove(one)
                    again = PooledEnvironment(self, source, one.own, "")
                    self._played.add(again)
                    return again
        return None

    def _make_room(self, person: str) -> None:
        """Frees a place for a new environment."""
        with self._lock:
            one = None
            if len(self) >= self.most:
                one = self._idle.pop(0) if self._idle else self._to_release(person)
                if one is None:
                    raise EnvironmentsBusy(Environments(), self.most)
                self._played.discard(one)
                one.is_taken = True
            self._starting += 1
        if one is not None:
            self._end(one)

    def _to_release(self, person: str) -> PooledEnvironment | None:
        places = Counter(one.person for one in self._played)
        largest_share = max(places.values(), default=0)
        if largest_share < places[person] + 2:
            return None
        return min((one for one in self._played if places[one.person] == largest_share), key=lambda one: one.last_used)

    def give_back(self, environment: PooledEnvironment) -> None:
        """Keeps it for a while for another player, unless it failed."""
        with self._lock:
            if environment not in self._played:
                return
            self._played.discard(environment)
            keep = not self._is_closed and environment.own.pid is not None
            if keep:
                environment.last_used = time.monotonic()
                self._idle.append(environment)
        if not keep:
            self._end(environment)
            return
        timer = threading.Timer(self._idle_seconds + 0.1, self.release_idle)
        timer.daemon = True
        timer.start()

    def release_idle(self) -> None:
        """Ends those that have been idle for too long."""
        before = time.monotonic() - self._idle_seconds
        with self._lock:
            over = [one for one in self._idle if one.last_used <= before]
            self._idle = [one for one in self._idle if one.last_used > before]
        for one in over:
            self._end(one)

    def _end(self, environment: PooledEnvironment) -> None:
        environment.is_taken = True
        environment.own.end()  # wakes a thread that waits for it
        with environment.lock:
            environment.own.close()
        with self._lock:
            self._played.discard(environment)

    def close(self) -> None:
        """Ends all, permanently."""
        with self._lock:
            self._is_closed = True
            ending = [*self._played, *self._idle]
            self._idle = []
        for one in ending:
            self._end(one)
        self.known.close()
