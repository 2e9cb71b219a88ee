"""The evaluation of a model: the engine runs it, this page shows its progress, and the result is saved."""

import time
from datetime import UTC, datetime
from typing import Any, TypedDict

import dash
import flask
from dash import Input, Output, State, ctx
from pydantic import BaseModel, ValidationError

from callbacks.access import writer
from components import ids
from components.inference import evaluation
from components.texts.language import _
from components.texts.translate import translate
from domain.access.rules import Requester
from domain.errors import ClewError, NotFound, NotYours, ReadOnly, SignInNeeded
from domain.errors.connections import OutcomeUnknown
from domain.errors.services import passes_by_itself
from domain.inference.messages import EvaluationReport, EvaluationState
from services.connect import Services
from services.identity import reader, working_person
from services.measuring.measured import measurement_of

_PATIENCE_SECONDS = 0.5  # less than the page's tick, so that the progress bar moves with each
_WAIT_SECONDS = 180.0  # an engine that is being started answers by then


class EvaluationUpdate(TypedDict):
    """What the page shows of an evaluation; `waiting` is a `PendingEvaluation` while the engine does not answer."""

    report: list[Any]
    start_disabled: bool
    cancel_disabled: bool
    tick_disabled: bool
    waiting: dict[str, Any] | None


class PendingEvaluation(BaseModel):
    """Since when (Unix s) the engine has not answered, and whether to start the evaluation once it does."""

    model_id: str
    since: float
    starts: bool

    @property
    def seconds(self) -> float:
        """How long the page has waited."""
        return max(0.0, time.time() - self.since)


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the evaluation to `app`."""

    @app.callback(
        output={
            "report": Output(ids.EVALUATION, "children"),
            "start_disabled": Output(ids.EVALUATE, "disabled"),
            "cancel_disabled": Output(ids.EVALUATE_CANCEL, "disabled"),
            "tick_disabled": Output(ids.EVALUATE_TICK, "disabled"),
            "waiting": Output(ids.EVALUATION_WAITING, "data"),
        },
        inputs={
            "shown": Input(ids.INFERENCE_SHOWN, "data"),
            "_triggers": [
                Input(ids.EVALUATE, "n_clicks"),
                Input(ids.EVALUATE_CANCEL, "n_clicks"),
                Input(ids.EVALUATE_TICK, "n_intervals"),
            ],
        },
        state={"known": State(ids.EVALUATION_WAITING, "data")},
    )
    def follow(shown: object, _triggers: list[Any], known: object) -> EvaluationUpdate:
        model_id = shown.get("model_id") if isinstance(shown, dict) else None
        if not isinstance(model_id, str):
            return _settled([], can_start=False)
        if not services.settings.embedded_inference:
            cause = _("Episodes are played by the team's own inference server, which runs no evaluations.")
            return _settled([evaluation.unavailable(cause)], can_start=False)
        waiting = _waiting(known, model_id)
        if waiting.starts and ctx.triggered_id == ids.EVALUATE_CANCEL:
            return _settled([])
        try:
            found, refused = _act(services, model_id, starts=waiting.starts)
        except NotFound:  # the engine was never asked about it
            return _settled([])
        except ClewError as error:
            return _unanswered(error, waiting)
        running = found.state is EvaluationState.RUNNING
        note, settled = _kept(services, found)
        return {
            "report": evaluation.report(found, note=refused or note),
            "start_disabled": running,
            "cancel_disabled": not (running and found.cancellable),
            "tick_disabled": settled and not running,
            "waiting": None,
        }


def _settled(report: list[Any], *, can_start: bool = True) -> EvaluationUpdate:
    """Returns an update that ends polling."""
    return {
        "report": report,
        "start_disabled": not can_start,
        "cancel_disabled": True,
        "tick_disabled": True,
        "waiting": None,
    }


def _waiting(known: object, model_id: str) -> PendingEvaluation:
    """Returns the page's current waiting state, else a new one; it remembers a click until the engine answers."""
    try:
        waiting = PendingEvaluation.model_validate(known)
    except ValidationError:  # not waiting so far
        waiting = None
    if waiting is None or waiting.model_id != model_id or ctx.triggered_id == ids.EVALUATE:
        waiting = PendingEvaluation(model_id=model_id, since=time.time(), starts=ctx.triggered_id == ids.EVALUATE)
    return waiting


def _unanswered(error: ClewError, waiting: PendingEvaluation) -> EvaluationUpdate:
    """Returns why the engine did not answer; polling goes on for a while if it may only be starting."""
    # An unanswered start is not sent again: the evaluation's progress will show whether it was received.
    is_sent = isinstance(error, OutcomeUnknown)
    if waiting.seconds >= _WAIT_SECONDS or not (is_sent or passes_by_itself(error)):
        return _settled([evaluation.unavailable(translate(error))])
    waiting = waiting.model_copy(update={"starts": waiting.starts and not is_sent})
    return {
        "report": [evaluation.waiting(translate(error), waiting.seconds)],
        "start_disabled": waiting.starts,
        "cancel_disabled": not waiting.starts,
        "tick_disabled": False,
        "waiting": waiting.model_dump(),
    }


def _act(services: Services, model_id: str, *, starts: bool) -> tuple[EvaluationReport, str | None]:
    """Starts, cancels or only reads the evaluation, as the click demands.

    A refusal is returned with the current state.
    """
    try:
        if starts:
            begun = services.engine.start(model_id, _working_person(services))
            services.following.follow(model_id)  # its result is stored even if the reader leaves this page
            return begun, None
        if ctx.triggered_id == ids.EVALUATE_CANCEL:
            return services.engine.cancel(model_id, _working_person(services)), None
    except (ReadOnly, SignInNeeded, NotYours) as error:
        return _report_after(services, model_id, error), translate(error)
    return services.engine.report(model_id, _reader(services)), None


def _report_after(services: Services, model_id: str, refused: ClewError) -> EvaluationReport:
    """Returns the state of the evaluation after `refused`; raises that error if the engine has no evaluation."""
    try:
        return services.engine.report(model_id, _reader(services))
    except ClewError as error:
        raise refused from error


def _working_person(services: Services) -> Requester:
    return working_person(flask.request.headers, flask.request.remote_addr, services.settings)


def _reader(services: Services) -> Requester:
    return reader(flask.request.headers, flask.request.remote_addr, services.settings)


def _kept(services: Services, found: EvaluationReport) -> tuple[str | None, bool]:
    """Saves the result, which the engine loses when it stops; returns a note about that, and whether it is settled.

    It never waits for a store that hangs: the model may already have the result, and a later tick tries again.
    """
    measured = measurement_of(found, datetime.now(UTC))
    if measured is None:
        return None, True
    models = services.model_views.view().models
    model = None if models is None else models.get(found.model_id)
    if model is not None and model.measured is not None and model.measured.is_same_as(measured):
        return _("Saved with the model."), True
    try:
        writer(services)
        services.measurements.keep(found.model_id, measured).result(_PATIENCE_SECONDS)
    except TimeoutError:
        return _("Saving it with the model…"), False
    except ClewError as error:
        # Writing the same result twice changes nothing.
        if passes_by_itself(error) or isinstance(error, OutcomeUnknown):
            cause = translate(error).rstrip(".。")
            return _("It is not saved with the model yet: %(cause)s. Retrying automatically.", cause=cause), False
        return _("It is not saved with the model: %(cause)s", cause=translate(error)), True
    return _("Saved with the model."), True
