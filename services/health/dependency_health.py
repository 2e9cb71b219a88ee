"""How whom Clew depends on are doing: asked at once, all together, and waited for a bounded time."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import ClewError
from domain.errors.services import AnswersSlowly, CheckFailed, LastRefreshFailed, NoAnswerInTime
from domain.health import Dependency, State
from domain.message_data import MessageData, MessageField, coded
from domain.messages import Reason
from mlflow_api.schemas import ExperimentPage, validated
from services.connect import Services
from services.failures import Failure

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


class Probe:
    """One question at a time: whoever asks while it is open waits for the same answer, so threads do not pile up."""

    def __init__(self, name: str, question: Callable[[], object]) -> None:
        self._name = name
        self._question = question
        self._lock = threading.Lock()
        self._running: tuple[threading.Thread, list[Outcome]] | None = None

    def start(self) -> tuple[threading.Thread, list[Outcome]]:
        """The thread that asks, and where its answer will be."""
        with self._lock:
            if self._running is None or not self._running[0].is_alive():
                answers: list[Outcome] = []
                thread = threading.Thread(target=self._ask, args=(answers,), daemon=True)
                self._running = thread, answers
                thread.start()
            return self._running

    def _ask(self, answers: list[Outcome]) -> None:
        began = time.monotonic()
        reason: Reason | None = None
        try:
            self._question()
        except ClewError as error:
            reason = error
        except Exception:
            log.exception("a health check failed", extra={"service": self._name})
            reason = CheckFailed()
        answers.append(Outcome(latency_ms=round((time.monotonic() - began) * 1000, 1), reason=reason))


class Checks:
    """Asks the dependencies of `services`; never raises, and answers within `DEADLINE_SECONDS`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.probes = {"mlflow": Probe("mlflow", self._ask_mlflow), "model_store": Probe("models", self._ask_models)}

    def now(self) -> Health:
        """How they are doing."""
        return self.judged(outcomes(self.probes))

    def judged(self, found: Mapping[str, Outcome]) -> Health:
        """What the answers to `probes` say, beside what was read from those services before."""
        # What is known, without a refresh: that would be one more question to a service that may be struggling.
        runs, models = self._services.runs.last_view(), self._services.model_views.last_view()
        health = Health(
            mlflow=judged(found["mlflow"], _age(runs.as_of), runs.failure),
            model_store=judged(found["model_store"], _age(models.as_of), models.failure),
        )
        # But one that is well by now would be told of by its last failure until a person opens a page. Nobody waits for
        # these: whoever looks next gets what they find.
        if runs.failure and found["mlflow"].reason is None:
            self._services.runs.view()
        if models.failure and found["model_store"].reason is None:
            self._services.model_views.view()
        return health

    def _ask_mlflow(self) -> None:
        mlflow = self._services.mlflow.within(DEADLINE_SECONDS)
        validated(ExperimentPage, mlflow.get_api("experiments/search", {"max_results": 1}))

    def _ask_models(self) -> None:
        self._services.models.active()


def outcomes(probes: Mapping[str, Probe]) -> dict[str, Outcome]:
    """Asks all of them at once; what has not answered within `DEADLINE_SECONDS` has not answered in time."""
    ends = time.monotonic() + DEADLINE_SECONDS
    started = {name: probe.start() for name, probe in probes.items()}
    for thread, _ in started.values():
        thread.join(max(0.0, ends - time.monotonic()))
    return {name: answers[0] if answers else Outcome() for name, (_, answers) in started.items()}


def _age(as_of: datetime | None) -> float | None:
    return None if as_of is None else max(0.0, round((datetime.now(UTC) - as_of).total_seconds(), 1))


def judged(outcome: Outcome, age: float | None = None, failure: Failure | None = None) -> Dependency:
    """How a service is doing that answered so, and whose last refresh failed so."""
    state = State.OK
    reason: Reason | None = outcome.reason
    if reason is not None:
        state = State.DOWN
    elif failure is not None:
        state, reason = State.DEGRADED, LastRefreshFailed(failure.whole)
    elif outcome.latency_ms is not None and outcome.latency_ms > _SLOW_MS:
        state, reason = State.DEGRADED, AnswersSlowly()
    said = {"cause": None} if reason is None else coded(reason, "cause")
    return Dependency(state=state, latency_ms=outcome.latency_ms, age_seconds=age, **said)
