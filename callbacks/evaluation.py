"""Measuring a model: the engine lets it play, this page follows, and what came of it is kept with the model."""

from datetime import UTC, datetime
from typing import Any

import dash
import flask
from dash import Input, Output, ctx

from components import evaluation, ids
from components.in_words import in_words
from components.language import _
from domain.errors import ClewError, NotFound
from domain.inference import EvaluationReport, EvaluationState
from domain.measurements import Measurement
from services.connect import Services
from services.identity import writing_person

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
            found = _asked(services, model_id)
        except NotFound:  # the engine was never asked about it
            return [], False, True, True
        except ClewError as error:
            return [evaluation.unavailable(in_words(error))], False, True, True
        running = found.state is EvaluationState.RUNNING
        return evaluation.report(found, note=_kept(services, found)), running, not running, not running


def _asked(services: Services, model_id: str) -> EvaluationReport:
    """What was clicked, or how far it is."""
    if ctx.triggered_id == ids.EVALUATE:
        return services.engine.start(model_id)
    if ctx.triggered_id == ids.EVALUATE_CANCEL:
        return services.engine.cancel(model_id)
    return services.engine.report(model_id)


def _kept(services: Services, found: EvaluationReport) -> str | None:
    """Keeps what came of it with the model, once, and says so; the engine forgets it when it is stopped."""
    if found.state is not EvaluationState.DONE or found.seen is None or found.unseen is None:
        return None
    measured = Measurement(at=datetime.now(UTC), seen=found.seen, unseen=found.unseen)
    try:
        before = services.models.get(found.model_id).measured
        if before is None or (before.seen, before.unseen) != (measured.seen, measured.unseen):
            writing_person(flask.request.headers, flask.request.remote_addr, services.settings)
            services.models.record(found.model_id, measured)
            services.model_views.refreshed(0)
    except ClewError as error:
        return _("It is not kept with the model: %(cause)s", cause=in_words(error))
    return _("Kept with the model.")
