"""Measuring a model: the engine lets it play, this page follows, and what came of it is kept with the model."""

from datetime import UTC, datetime
from typing import Any

import dash
import flask
from dash import Input, Output, ctx

from components import ids
from components.inference import evaluation
from components.texts.language import _
from components.texts.translate import translate
from domain.access.rules import Asker
from domain.errors import ClewError, NotFound, NotYours, ReadOnly, SignInNeeded
from domain.inference.messages import EvaluationReport, EvaluationState
from domain.registry.measurements import Measurement
from services.connect import Services
from services.identity import reader, working_person, writing_person

_PATIENCE_SECONDS = 0.5  # less than a tick of the page's: the bar moves with each
# Children, and which are disabled: the button, Cancel, the interval.
Shown = tuple[list[Any], bool, bool, bool]


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the evaluation to `app`."""

    @app.callback(
        Output(ids.EVALUATION, "children"),
        Output(ids.EVALUATE, "disabled"),
        Output(ids.EVALUATE_CANCEL, "disabled"),
        Output(ids.EVALUATE_TICK, "disabled"),
        Input(ids.INFERENCE_SHOWN, "data"),
        Input(ids.EVALUATE, "n_clicks"),
        Input(ids.EVALUATE_CANCEL, "n_clicks"),
        Input(ids.EVALUATE_TICK, "n_intervals"),
    )
    def follow(shown: object, _start: int | None, _cancel: int | None, _tick: int) -> Shown:
        model_id = shown.get("model_id") if isinstance(shown, dict) else None
        if not isinstance(model_id, str):
            return [], True, True, True
        if not services.settings.embedded_inference:
            cause = _("The team's own inference server plays here; it measures nothing.")
            return [evaluation.unavailable(cause)], True, True, True
        try:
            found, refused = _asked(services, model_id)
        except NotFound:  # the engine was never asked about it
            return [], False, True, True
        except ClewError as error:
            return [evaluation.unavailable(translate(error))], False, True, True
        running = found.state is EvaluationState.RUNNING
        note, settled = _kept(services, found)
        shown = evaluation.report(found, note=refused or note)
        return shown, running, not (running and found.cancellable), settled and not running


def _asked(services: Services, model_id: str) -> tuple[EvaluationReport, str | None]:
    """What was clicked, or how far it is; where the click is refused, both why and how far."""
    try:
        if ctx.triggered_id == ids.EVALUATE:
            return services.engine.start(model_id, _who_may_work(services)), None
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
    if found.state is not EvaluationState.DONE or found.seen is None or found.unseen is None:
        return None, True
    measured = Measurement(at=datetime.now(UTC), seen=found.seen, unseen=found.unseen)
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
        return _("It is not kept with the model: %(cause)s", cause=translate(error)), True
    return _("Kept with the model."), True
