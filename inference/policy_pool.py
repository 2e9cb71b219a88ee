"""The running policies: one process per file, shared by its viewers, with a limit on their number."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final, Generic, Protocol, TypeVar

from concurrency.process_deadline import longest_wait
from domain.errors import PolicyFailed, PolicyRefused, ServiceUnavailable
from domain.errors.names import TheInferenceEngine
from domain.errors.services import ModelBusy, RunsAllModels, Stopping
from policies.child_process import LOAD_SECONDS
from policies.policy_process import ANSWER_SECONDS

_log = logging.getLogger(__name__)
_IDLE_SECONDS: Final = 3.0  # the slowest walk calls every second
_RETRY_AFTER_SECONDS: Final = 10.0  # after a failure, a policy is not started again for so long
_CALL_SECONDS: Final = 0.1  # most calls are over by then
_MAX_REMEMBERED: Final = 4  # files without a process, for each possible process


class Process(Protocol):
    """A running policy."""

    def end(self) -> None:
        """Kills it; may be called again, and from any thread."""

    def close(self) -> None:
        """Ends it and closes its pipes; no other call may be running."""


Answer = TypeVar("Answer")
P = TypeVar("P", bound=Process)


class SharedPolicy(Generic[P]):
    """One policy file. Its process is started on demand, and again after it had to make room."""

    def __init__(self, pool: "PolicyPool", sha256: str, content: bytes, make: Callable[[bytes], P]) -> None:
        self.sha256 = sha256
        self.content = content
        self.last_used = 0.0
        self.person = ""
        self._pool = pool
        self._make = make
        self._lock = threading.Lock()
        self._process: P | None = None
        self._failure: PolicyFailed | PolicyRefused | None = None
        self._failed_at = 0.0

    def start(self, person: str = "") -> None:
        """Starts the process, unless it runs; raises as `use` does.

        It is started separately so as not to count as latency.
        """
        self.use(lambda process: None, person)

    def use(self, use: Callable[[P], Answer], person: str = "") -> Answer:
        """Calls `use` with the process, one caller at a time; its place counts for the `person` of the last call.

        Raises PolicyFailed, PolicyRefused or ServiceUnavailable.
        """
        # Until it has loaded, and answered two others.
        if not self._lock.acquire(timeout=longest_wait(LOAD_SECONDS) + 2 * longest_wait(ANSWER_SECONDS)):
            raise ModelBusy(TheInferenceEngine())
        try:
            self.last_used, self.person = time.monotonic(), person
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
        """Ends the process if it has not been used since that moment (monotonic); returns whether it did.

        A call in progress is awaited for so long.
        """
        if self.last_used > idle_since or not self._lock.acquire(timeout=wait_seconds):
            return False
        try:
            self._end()
        finally:
            self._lock.release()
        return True

    def kill(self) -> None:
        """Ends the process even during a call."""
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
    """Runs at most `most` processes; for one more, the least recently used one ends, unless it is being watched.

    If all are watched, the active model, or a person with fewer models, gets a place of the person with the most.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], AnyPolicy] = {}  # least recently requested first
        self._running: set[AnyPolicy] = set()
        self._active: AnyPolicy | None = None
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._running)

    def hashes(self) -> list[str]:
        """Returns the hashes (SHA-256) of the files in the pool."""
        with self._lock:
            return list(dict.fromkeys(sha256 for sha256, _use in self._known))

    def get(
        self, sha256: str, content: bytes | None, purpose: str, make: Callable[[bytes], P]
    ) -> SharedPolicy[P] | None:
        """Returns the policy of that file, created by `make` for this `purpose`, such as an environment's id.

        None if the file is no longer in the pool and no content is given.
        """
        with self._lock:
            policy = self._known.pop((sha256, purpose), None)
            content = content or next((one.content for one in self._known.values() if one.sha256 == sha256), None)
            if policy is None and content is not None:
                policy = SharedPolicy(self, sha256, content, make)
            if policy is not None:
                self._known[sha256, purpose] = policy
            for old in list(self._known)[: -_MAX_REMEMBERED * self._most]:
                if self._known[old] not in self._running:
                    del self._known[old]
            return policy

    def reserve_place_for(self, active: AnyPolicy) -> None:
        """Keeps a place for this policy, the active model's, for as long as it is watched."""
        self._active = active

    def make_room_for(self, policy: AnyPolicy) -> None:
        """Takes a place for a process that is about to start; raises ServiceUnavailable if there is none."""
        with self._lock:
            if self._is_closed:
                raise Stopping(TheInferenceEngine())
            if len(self._running) < self._most:
                self._running.add(policy)
                return
            others = sorted(self._running - {policy}, key=lambda one: one.last_used)
        now = time.monotonic()
        # Outside the lock, which the released policy needs to give up its place.
        if not any(one.release_if_idle(now - _IDLE_SECONDS) for one in others) and not _release_one(
            self._to_release(policy, others)
        ):
            raise RunsAllModels(TheInferenceEngine(), self._most)
        self.make_room_for(policy)

    def _to_release(self, policy: AnyPolicy, others: list[AnyPolicy]) -> list[AnyPolicy]:
        """Returns the watched ones that may be ended for this one, least recently used first."""
        places = Counter(one.person for one in others)
        taken = [one for one in others if one is not self._active]
        if not taken:
            return []
        largest_share = max(places[one.person] for one in taken)
        if policy is not self._active and largest_share < places[policy.person] + 2:
            return []
        return [one for one in taken if places[one.person] == largest_share]

    def release(self, policy: AnyPolicy) -> None:
        """Frees the place of a process that has ended."""
        with self._lock:
            self._running.discard(policy)

    def close(self) -> None:
        """Ends all processes, permanently."""
        with self._lock:
            self._is_closed = True
            running = list(self._running)
        for policy in running:
            policy.kill()


def _release_one(policies: list[AnyPolicy]) -> bool:
    """Ends the first that is in no call, and returns whether it could; waits for as long as an answer may take."""
    ends = time.monotonic() + longest_wait(ANSWER_SECONDS)
    while policies and time.monotonic() < ends:
        if any(one.release_if_idle(ends, _CALL_SECONDS) for one in policies):
            return True
    return False
