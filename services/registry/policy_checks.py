"""Checks of the policies that people look at: in the background, one of each model, for all who look at it."""

from concurrent.futures import Future
from functools import partial

from concurrency.single_flight import SingleFlight, has_ended
from concurrency.worker_pool import DaemonPool
from domain.errors import ClewError
from domain.errors.names import PolicyCheckProcess
from domain.errors.services import BrokeOff
from domain.inference.policies import PolicyGraph
from services.registry.model_store import ModelStore

# What came of a check holds for so long: a model's viewer is rarely alone, and its file is rarely changed.
# An activation checks it anew in any case.
PASSED_SECONDS = 60.0
FAILED_SECONDS = 5.0  # a person may be mending it
_AT_ONCE = 2


class PolicyCheck:
    """A check that is under way, or what came of it: the graph of the policy, or why there is none."""

    def __init__(self, graph: Future[PolicyGraph]) -> None:
        self._graph = graph

    def ends(self, within_seconds: float) -> bool:
        """Returns whether it has ended, after so long at most."""
        return has_ended(self._graph, within_seconds)

    @property
    def graph(self) -> PolicyGraph | None:
        """What passed; None before the end, and where nothing did."""
        return None if not self._graph.done() or self._graph.exception() else self._graph.result()

    @property
    def error(self) -> ClewError | None:
        """Why there is no graph; None before the end."""
        error = self._graph.exception() if self._graph.done() else None
        if error is None or isinstance(error, ClewError):
            return error
        return BrokeOff(PolicyCheckProcess())


class PolicyChecks:
    """The checks of one store's policies; one that is made ahead spares an activation a second of waiting."""

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
