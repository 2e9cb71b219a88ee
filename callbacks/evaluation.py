"""Measuring a model: the engine lets it play, this page follows, and what came of it is kept with the model."""

import time
from datetime import UTC, datetime
from typing import Any

import dash
import flask
from dash import Input, Output, State, ctx
from pydantic import BaseModel, ValidationError

from components import ids
from components.inference import evaluation
from components.texts.language import _
from components.texts.translate import translate
from domain.access.rules import Asker
from domain.errors import ClewError, NotFound, NotYours, ReadOnly, SignInNeeded
from domain.errors.connections import OutcomeUnknown
from domain.errors.services import passes_by_itself
from domain.inference.messages import EvaluationReport, EvaluationState
from services.connect import Services
from services.identity import reader, working_person, writing_person
from services.measuring.measured import measurement_of

_PATIENCE_SECONDS = 0.5  # less than a tick of the page's: the bar moves with each
_WAIT_SECONDS = 180.0  # an engine that is started is there by then
# Children, which are disabled (the button, Cancel, the interval), and what is waited for.
Shown = tuple[list[Any], bool, bool, bool, dict[str, Any] | None]


class Waiting(BaseModel):
    """Since when (Unix s) the engine has been asked in vain about a model, and whether it is to evaluate it then."""

    model_id: str
    since: float
    starts: bool

    @property
    def seconds(self) -> float:
        """For how long it has been waited."""
        return max(0.0, time.time() - self.since)


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the evaluation to `app`."""

    @app.callback(
        Output(ids.EVALUATION, "children"),
        Output(ids.EVALUATE, "disabled"),
        Output(ids.EVALUATE_CANCEL, "disabled"),
        Output(ids.EVALUATE_TICK, "disabled"),
        Output(ids.EVALUATION_WAITING, "data"),
        Input(ids.INFERENCE_SHOWN, "data"),
        Input(ids.EVALUATE, "n_clicks"),
        Input(ids.EVALUATE_CANCEL, "n_clicks"),
        Input(ids.EVALUATE_TICK, "n_intervals"),
        State(ids.EVALUATION_WAITING, "data"),
    )
    def follow(shown: object, _start: int | None, _cancel: int | None, _tick: int, known: object) -> Shown:
        model_id = shown.get("model_id") if isinstance(shown, dict) else None
        if not isinstance(model_id, str):
            return [], True, True, True, None
        if not services.settings.embedded_inference:
            cause = _("The team's own inference server plays here; it measures nothing.")
            return [evaluation.unavailable(cause)], True, True, True, None
        waiting = _waiting(known, model_id)
        if waiting.starts and ctx.triggered_id == ids.EVALUATE_CANCEL:
            return [], False, True, True, None
        try:
            found, refused = _asked(services, model_id, starts=waiting.starts)
        except NotFound:  # the engine was never asked about it
            return [], False, True, True, None
        except ClewError as error:
            return _in_vain(error, waiting)
        running = found.state is EvaluationState.RUNNING
        note, settled = _kept(services, found)
        shown = evaluation.report(found, note=refused or note)
        return shown, running, not (running and found.cancellable), settled and not running, None


def _waiting(known: object, model_id: str) -> Waiting:
    """What this page waits for already, else from now on; a click is remembered until the engine is there."""
    try:
        waiting = Waiting.model_validate(known)
    except ValidationError:  # nothing yet
        waiting = None
    if waiting is None or waiting.model_id != model_id or ctx.triggered_id == ids.EVALUATE:
        waiting = Waiting(model_id=model_id, since=time.time(), starts=ctx.triggered_id == ids.EVALUATE)
    return waiting


def _in_vain(error: ClewError, waiting: Waiting) -> Shown:
    """The engine did not answer: what may only be starting is asked again by itself, until its time is over."""
    # Whether it has started is found out by asking how far it is: it is not to start twice.
    is_sent = isinstance(error, OutcomeUnknown)
    if waiting.seconds >= _WAIT_SECONDS or not (is_sent or passes_by_itself(error)):
        return [evaluation.unavailable(translate(error))], False, True, True, None
    waiting = waiting.model_copy(update={"starts": waiting.starts and not is_sent})
    said = [evaluation.waiting(translate(error), waiting.seconds)]
    return said, waiting.starts, not waiting.starts, False, waiting.model_dump()


def _asked(services: Services, model_id: str, *, starts: bool) -> tuple[EvaluationReport, str | None]:
    """What was clicked, now or while the engine was away, else how far it is; where that is refused, both."""
    try:
        if starts:
            begun = services.engine.start(model_id, _who_may_work(services))
            services.following.follow(model_id)  # it is kept though this page is left
            return begun, None
        if ctx.triggered_id == ids.EVALUATE_CANCEL:
            return services.engine.cancel(model_id, _who_may_work(services)), None
    except (ReadOnly, SignInNeeded, NotYours) as error:
        return _going_on(services, model_id, error), translate(error)
    return services.engine.report(model_id, _reader(services)), None


def _going_on(services: Services, model_id: str, refused: ClewError) -> EvaluationReport:
    """How far it is, although `refused`; raises that where the engine has nothing to tell."""
    try:
        return services.engine.report(model_id, _reader(services))
    except ClewError as error:
        raise refused from error


def _who_may_work(services: Services) -> Asker:
    return working_person(flask.request.headers, flask.request.remote_addr, services.settings)


def _reader(services: Services) -> Asker:
    return reader(flask.request.headers, flask.request.remote_addr, services.settings)


def _kept(services: Services, found: EvaluationReport) -> tuple[str | None, bool]:
    """What becomes of the result, which the engine forgets when it is stopped; and whether that is settled.

    Nobody waits for a store that hangs: what is known of the model may say it already, and a later tick will.
    """
    measured = measurement_of(found, datetime.now(UTC))
    if measured is None:
        return None, True
    models = services.model_views.view().models
    model = None if models is None else models.get(found.model_id)
    if model is not None and model.measured is not None and model.measured.is_same_as(measured):
        return _("Kept with the model."), True
    try:
        writing_person(flask.request.headers, flask.request.remote_addr, services.settings)
        services.measurements.keep(found.model_id, measured).result(_PATIENCE_SECONDS)
    except TimeoutError:
        return _("It is being kept with the model…"), False
    except ClewError as error:
        if passes_by_itself(error) or isinstance(error, OutcomeUnknown):  # to write the same twice changes nothing
            cause = translate(error).rstrip(".。")
            return _("It is not kept with the model yet: %(cause)s. It is tried again by itself.", cause=cause), False
        return _("It is not kept with the model: %(cause)s", cause=translate(error)), True
    return _("Kept with the model."), True
