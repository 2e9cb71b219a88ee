"""How whom Clew depends on are doing: asked at once, all together, and waited for a bounded time."""

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
    """Clew's dependencies."""

    model_config = ConfigDict(frozen=True)

    mlflow: Dependency
    model_store: Dependency


class Outcome(BaseModel):
    """What a question came to: within what time, or what went wrong."""

    latency_ms: float | None = None
    reason: MessageField | None = Field(default_factory=lambda: MessageData.of(NoAnswerInTime()))


class Probes:
    """Questions by the name of who is asked; each is open once at a time, so that threads do not pile up."""

    def __init__(self, questions: Mapping[str, Callable[[], object]]) -> None:
        self._questions = questions
        self._flights: SingleFlight[Outcome] = SingleFlight("health-probe")

    def ask(self) -> "Asked":
        """Asks all of them at once."""
        asked = {
            name: self._flights.join(name, partial(_asked, name, question))
            for name, question in self._questions.items()
        }
        return Asked(asked, time.monotonic() + DEADLINE_SECONDS)


class Asked(NamedTuple):
    """Questions that are open, or were answered."""

    answers: dict[str, Future[Outcome]]
    ends: float

    def outcomes(self) -> dict[str, Outcome]:
        """Waits for the answers; what has not answered within `DEADLINE_SECONDS` has not answered in time."""
        wait(self.answers.values(), timeout=max(0.0, self.ends - time.monotonic()))
        return {name: answer.result() if answer.done() else Outcome() for name, answer in self.answers.items()}


def _asked(name: str, question: Callable[[], object]) -> Outcome:
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
    """Asks those that Clew cannot do without; never raises, and answers within `DEADLINE_SECONDS`."""

    def __init__(self, source: RunSource, runs: RunStore, models: ModelStore, model_views: ModelSnapshots) -> None:
        self._runs = runs
        self._model_views = model_views
        self.tracking, self.model_store = source.name, models.name
        self._probes = Probes({"mlflow": lambda: source.check_alive(DEADLINE_SECONDS), "model_store": models.active})

    def now(self) -> Health:
        """Returns how they are doing: what they answer, beside what was read from them before."""
        found = self._probes.ask().outcomes()
        # What is known, without a refresh: that would be one more question to a service that may be struggling.
        runs, models = self._runs.last_view(), self._model_views.last_view()
        health = Health(
            mlflow=judged(found["mlflow"], _age(runs.as_of), runs.failure),
            model_store=judged(found["model_store"], _age(models.as_of), models.failure),
        )
        # But one that is well by now would be told of by its last failure until a person opens a page. No caller waits
        # for these: the next one gets what they find.
        if runs.failure and found["mlflow"].reason is None:
            self._runs.view()
        if models.failure and found["model_store"].reason is None:
            self._model_views.view()
        return health


def _age(as_of: datetime | None) -> float | None:
    return None if as_of is None else max(0.0, round((datetime.now(UTC) - as_of).total_seconds(), 1))


def judged(outcome: Outcome, age: float | None = None, failure: Failure | None = None) -> Dependency:
    """Returns how a service is doing that answered so, and whose last refresh failed so."""
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
