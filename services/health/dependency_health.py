"""Health checks of Clew's dependencies: sent in parallel, with one deadline."""

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from concurrency.single_flight import SingleFlight
from domain.errors import ClewError
from domain.errors.services import AnswersSlowly, CheckFailed, LastRefreshFailed, NoAnswerInTime
from domain.health import Dependency, State
from domain.message_data import MessageData, MessageField, coded
from domain.messages import Reason
from services.failures import Failure
from services.registry.model_store import ModelStore
from services.registry.model_view import ModelSnapshots
from services.tracking.run_source import RunSource
from services.tracking.run_store import RunStore

DEADLINE_SECONDS = 2.0
_SLOW_MS = 1000
log = logging.getLogger(__name__)


class Health(BaseModel):
    """The health of Clew's indispensable dependencies."""

    model_config = ConfigDict(frozen=True)

    mlflow: Dependency
    model_store: Dependency


class Outcome(BaseModel):
    """The result of a health check: its latency, and what went wrong."""

    latency_ms: float | None = None
    reason: MessageField | None = Field(default_factory=lambda: MessageData.of(NoAnswerInTime()))


class HealthProbes:
    """Health checks by service name; each runs at most once at a time, so that threads do not accumulate."""

    def __init__(self, questions: Mapping[str, Callable[[], object]]) -> None:
        self._questions = questions
        self._flights: SingleFlight[Outcome] = SingleFlight("health-probe")

    def start(self) -> "RunningChecks":
        """Starts all checks."""
        started = {
            name: self._flights.join(name, partial(_checked, name, question))
            for name, question in self._questions.items()
        }
        return RunningChecks(started, time.monotonic() + DEADLINE_SECONDS)


class RunningChecks(NamedTuple):
    """Checks that were started, and their deadline."""

    answers: dict[str, Future[Outcome]]
    ends: float

    def outcomes(self) -> dict[str, Outcome]:
        """Waits for the results; a check without an answer within `DEADLINE_SECONDS` counts as timed out."""
        wait(self.answers.values(), timeout=max(0.0, self.ends - time.monotonic()))
        return {name: answer.result() if answer.done() else Outcome() for name, answer in self.answers.items()}


def _checked(name: str, question: Callable[[], object]) -> Outcome:
    began = time.monotonic()
    reason: Reason | None = None
    try:
        question()
    except ClewError as error:
        reason = error
    except Exception:
        log.exception("a health check failed", extra={"service": name})
        reason = CheckFailed()
    return Outcome(latency_ms=round((time.monotonic() - began) * 1000, 1), reason=reason)


class Checks:
    """Checks the indispensable dependencies; never raises, and returns within `DEADLINE_SECONDS`."""

    def __init__(self, source: RunSource, runs: RunStore, models: ModelStore, model_views: ModelSnapshots) -> None:
        self._runs = runs
        self._model_views = model_views
        self.tracking, self.model_store = source.name, models.name
        self._probes = HealthProbes(
            {"mlflow": lambda: source.check_alive(DEADLINE_SECONDS), "model_store": models.active}
        )

    def now(self) -> Health:
        """Returns their health: the results of the checks, together with the last refreshes."""
        found = self._probes.start().outcomes()
        # The last views, without a refresh, which would be one more request to a service that may be struggling.
        runs, models = self._runs.last_view(), self._model_views.last_view()
        health = Health(
            mlflow=health_of(found["mlflow"], _age(runs.as_of), runs.failure),
            model_store=health_of(found["model_store"], _age(models.as_of), models.failure),
        )
        # But if the service is healthy again, its last failure would remain until a user opens a page. So a refresh is
        # started, whose result the next caller gets.
        if runs.failure and found["mlflow"].reason is None:
            self._runs.view()
        if models.failure and found["model_store"].reason is None:
            self._model_views.view()
        return health


def _age(as_of: datetime | None) -> float | None:
    return None if as_of is None else max(0.0, round((datetime.now(UTC) - as_of).total_seconds(), 1))


def health_of(outcome: Outcome, age: float | None = None, failure: Failure | None = None) -> Dependency:
    """Returns the state of a service from the result of its check and its last refresh."""
    state = State.OK
    reason: Reason | None = outcome.reason
    if reason is not None:
        state = State.DOWN
    elif failure is not None:
        state, reason = State.DEGRADED, LastRefreshFailed(failure.whole)
    elif outcome.latency_ms is not None and outcome.latency_ms > _SLOW_MS:
        state, reason = State.DEGRADED, AnswersSlowly()
    cause = {"cause": None} if reason is None else coded(reason, "cause")
    return Dependency(state=state, latency_ms=outcome.latency_ms, age_seconds=age, **cause)
