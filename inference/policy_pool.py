"""The policies that run now: one process for each file, shared by all who watch it, and so many and no more."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final, Generic, Protocol, TypeVar

from domain.errors import PolicyFailed, PolicyRefused, ServiceUnavailable
from domain.errors.names import TheInferenceEngine
from domain.errors.services import ModelBusy, RunsAllModels, Stopping
from policies.child_process import LOAD_SECONDS
from policies.policy_process import ANSWER_SECONDS

_log = logging.getLogger(__name__)
_IDLE_SECONDS: Final = 3.0  # the slowest walk asks every second
_RETRY_AFTER_SECONDS: Final = 10.0  # so long a policy that broke down is not tried again
_MOST_REMEMBERED: Final = 4  # files without a process, for each that may have one


class Process(Protocol):
    """A policy that runs."""

    def end(self) -> None:
        """Kills it; may be called again, and from any thread."""

    def close(self) -> None:
        """Ends it and gives its pipes back; nobody may be asking."""


Answer = TypeVar("Answer")
P = TypeVar("P", bound=Process)


class SharedPolicy(Generic[P]):
    """One policy file. Its process is started when somebody asks, and again after it had to make room."""

    def __init__(self, pool: "PolicyPool", sha256: str, content: bytes, make: Callable[[bytes], P]) -> None:
        self.sha256 = sha256
        self.content = content
        self.last_asked = 0.0
        self.person = ""
        self._pool = pool
        self._make = make
        self._lock = threading.Lock()
        self._process: P | None = None
        self._failure: PolicyFailed | PolicyRefused | None = None
        self._failed_at = 0.0

    def start(self, person: str = "") -> None:
        """Starts the process, unless it runs; raises as `use` does. What it takes is no inference's latency."""
        self.use(lambda process: None, person)

    def use(self, use: Callable[[P], Answer], person: str = "") -> Answer:
        """Asks the process, and lets nobody else ask it meanwhile; its place counts for the `person` who asked last.

        Raises PolicyFailed, PolicyRefused or ServiceUnavailable.
        """
        if not self._lock.acquire(timeout=LOAD_SECONDS + 2 * ANSWER_SECONDS):
            raise ModelBusy(TheInferenceEngine())
        try:
            self.last_asked, self.person = time.monotonic(), person
            return use(self._started())
        except (PolicyFailed, PolicyRefused) as error:
            self._break_down(error)
            raise
        except ServiceUnavailable:
            self._end()
            raise
        finally:
            self._lock.release()

    def release_if_idle(self, idle_since: float, wait_seconds: float = 0.0) -> bool:
        """Ends the process if nobody has asked since that moment (monotonic) or is asking now; says whether it did.

        Whoever is asking now is waited for so long.
        """
        if self.last_asked > idle_since or not self._lock.acquire(timeout=wait_seconds):
            return False
        try:
            self._end()
        finally:
            self._lock.release()
        return True

    def kill(self) -> None:
        """Ends the process whatever it does."""
        process = self._process
        if process is not None:
            process.end()

    def _started(self) -> P:
        if self._failure is not None and time.monotonic() - self._failed_at < _RETRY_AFTER_SECONDS:
            raise self._failure.with_traceback(None)
        if self._process is None:
            self._failure = None
            self._pool.make_room_for(self)
            try:
                self._process = self._make(self.content)
            except BaseException:
                self._pool.release(self)
                raise
        return self._process

    def _break_down(self, error: PolicyFailed | PolicyRefused) -> None:
        if self._failure is None:
            self._failure, self._failed_at = error, time.monotonic()
            _log.warning("A policy broke down", extra={"sha256": self.sha256, "cause": str(error)})
        self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None
        self._pool.release(self)


AnyPolicy = SharedPolicy[Any]


class PolicyPool:
    """At most `most` processes; for one more, the one that was asked the longest ago ends, if nobody watches it.

    Where all are watched, the active model and a person with fewer models get a place of whoever has the most.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], AnyPolicy] = {}  # the least recently wanted first
        self._running: set[AnyPolicy] = set()
        self._active: AnyPolicy | None = None
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._running)

    def hashes(self) -> list[str]:
        """Returns the files that are here already, by SHA-256."""
        with self._lock:
            return list(dict.fromkeys(sha256 for sha256, _use in self._known))

    def get(
        self, sha256: str, content: bytes | None, purpose: str, make: Callable[[bytes], P]
    ) -> SharedPolicy[P] | None:
        """Returns the policy of that file, made by `make` for this `purpose`, such as an environment's id.

        None where the file is not here any more and no content is given.
        """
        with self._lock:
            policy = self._known.pop((sha256, purpose), None)
            content = content or next((one.content for one in self._known.values() if one.sha256 == sha256), None)
            if policy is None and content is not None:
                policy = SharedPolicy(self, sha256, content, make)
            if policy is not None:
                self._known[sha256, purpose] = policy
            for old in list(self._known)[: -_MOST_REMEMBERED * self._most]:
                if self._known[old] not in self._running:
                    del self._known[old]
            return policy

    def keep_place_for(self, active: AnyPolicy) -> None:
        """Has this policy, which is the active model's, always find a place, and keep it while it is watched."""
        self._active = active

    def make_room_for(self, policy: AnyPolicy) -> None:
        """Takes a place for a process that is about to start; raises ServiceUnavailable where none can be had."""
        with self._lock:
            if self._is_closed:
                raise Stopping(TheInferenceEngine())
            if len(self._running) < self._most:
                self._running.add(policy)
                return
            others = sorted(self._running - {policy}, key=lambda one: one.last_asked)
        now = time.monotonic()
        # Outside the lock, which the one that is released needs to release its place.
        if not any(one.release_if_idle(now - _IDLE_SECONDS) for one in others) and not any(
            one.release_if_idle(time.monotonic() + ANSWER_SECONDS, ANSWER_SECONDS)
            for one in self._owing(policy, others)
        ):
            raise RunsAllModels(TheInferenceEngine(), self._most)
        self.make_room_for(policy)

    def _owing(self, policy: AnyPolicy, others: list[AnyPolicy]) -> list[AnyPolicy]:
        """Returns those that are watched and have to end for this one; the one that was asked the longest ago first."""
        places = Counter(one.person for one in others)
        taken = [one for one in others if one is not self._active]
        if not taken:
            return []
        greediest = max(places[one.person] for one in taken)
        if policy is not self._active and greediest < places[policy.person] + 2:
            return []
        return [one for one in taken if places[one.person] == greediest]

    def release(self, policy: AnyPolicy) -> None:
        """Gives the place of a process that has ended back."""
        with self._lock:
            self._running.discard(policy)

    def close(self) -> None:
        """Ends all processes, and starts no more."""
        with self._lock:
            self._is_closed = True
            running = list(self._running)
        for policy in running:
            policy.kill()
