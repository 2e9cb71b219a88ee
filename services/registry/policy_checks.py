"""Checks policies for pages in the background, once per model for all viewers."""

from concurrent.futures import Future
from functools import partial

from concurrency.single_flight import SingleFlight, has_ended
from concurrency.worker_pool import DaemonPool
from domain.errors import ClewError
from domain.errors.names import PolicyCheckProcess
from domain.errors.services import BrokeOff
from domain.inference.policies import PolicyGraph
from services.registry.model_store import ModelStore

# A result is reused for this long: a model rarely has a single viewer, and its file rarely changes. An activation
# checks it again in any case.
PASSED_SECONDS = 60.0
FAILED_SECONDS = 5.0  # a user may be repairing it
_AT_ONCE = 2


class PolicyCheck:
    """A running check, or its result: the description of the policy, or an error."""

    def __init__(self, graph: Future[PolicyGraph]) -> None:
        self._graph = graph

    def ends(self, within_seconds: float) -> bool:
        """Returns whether it has ended, waiting up to `within_seconds`."""
        return has_ended(self._graph, within_seconds)

    @property
    def graph(self) -> PolicyGraph | None:
        """The description of the policy; None before the end, or if it did not pass."""
        return None if not self._graph.done() or self._graph.exception() else self._graph.result()

    @property
    def error(self) -> ClewError | None:
        """The error of the check; None before the end, or if it passed."""
        error = self._graph.exception() if self._graph.done() else None
        if error is None or isinstance(error, ClewError):
            return error
        return BrokeOff(PolicyCheckProcess())


class PolicyChecks:
    """The checks of one store's policies; a check in advance saves an activation a second of waiting."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        pool = DaemonPool(_AT_ONCE, "policy-checks")
        self._checks: SingleFlight[PolicyGraph] = SingleFlight(
            "policy-check",
            start=pool.submit,
            keep_seconds=lambda error: PASSED_SECONDS if error is None else FAILED_SECONDS,
        )

    def check(self, model_id: str) -> PolicyCheck:
        """Joins the check of this model, or starts one, and returns at once."""
        return PolicyCheck(self._checks.join(model_id, partial(self._store.policy, model_id)))
