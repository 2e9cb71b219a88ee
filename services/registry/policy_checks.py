"""Checks of the policies that people look at: in the background, one of each model, for all who look at it."""

import threading
import time
from functools import partial

from cachetools import TTLCache

from domain.errors import ClewError
from domain.errors.services import BrokeOff, PolicyCheckProcess
from domain.inference.policies import PolicyGraph
from services.registry.model_store import ModelStore
from services.sharing.worker_pool import DaemonPool

# What came of a check holds for so long: who looks at a model is rarely alone, and its file is rarely changed.
# Whoever activates it has it checked anew in any case.
PASSED_SECONDS = 60.0
FAILED_SECONDS = 5.0  # somebody may be mending it
_MOST_KNOWN = 256
_AT_ONCE = 2


class Look:
    """A check that is under way, or what came of it: the graph of the policy, or why there is none."""

    def __init__(self) -> None:
        self.graph: PolicyGraph | None = None
        self.error: ClewError | None = None
        self._ended = threading.Event()
        self._ended_at = float("inf")

    def end(self, graph: PolicyGraph | None = None, error: ClewError | None = None) -> None:
        """What came of it."""
        self.graph, self.error, self._ended_at = graph, error, time.monotonic()
        self._ended.set()

    def ends(self, within_seconds: float) -> bool:
        """Whether it has ended, after so long at most."""
        return self._ended.wait(within_seconds)

    @property
    def is_stale(self) -> bool:
        """Whether it ended so long ago that it should be looked again."""
        return time.monotonic() - self._ended_at > (FAILED_SECONDS if self.graph is None else PASSED_SECONDS)


class PolicyLooks:
    """The checks of one store's policies. Looking ahead spares whoever then activates the model a second of waiting."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        self._pool = DaemonPool(_AT_ONCE, "policy-looks")
        self._looks: TTLCache[str, Look] = TTLCache(_MOST_KNOWN, ttl=600)
        self._lock = threading.Lock()

    def look_at(self, model_id: str) -> Look:
        """Joins the check of this model, or starts one, and returns at once."""
        with self._lock:
            look = self._looks.get(model_id)
            if look is None or look.is_stale:
                look = self._looks[model_id] = Look()
                self._pool.submit(partial(self._check, model_id, look))
            return look

    def _check(self, model_id: str, look: Look) -> None:
        graph = None
        failure: ClewError | None = BrokeOff(PolicyCheckProcess())
        try:
            graph = self._store.policy(model_id)
            failure = None
        except ClewError as error:
            failure = error
        finally:  # also where nobody foresaw it: the pool logs that, and those who look must not wait for ever
            look.end(graph, failure)
