"""The results of a training, and of actions on it."""

from typing import Any, Final, NamedTuple

from dash import html

from components.links import href, model_href, run_href
from components.texts import words
from components.texts.language import _
from components.texts.translate import translate
from domain.errors import ClewError
from domain.message_data import MessageData
from domain.registry.changes import ChangeVerb
from domain.registry.models import Model, ModelState
from domain.run_facts.run_summary import RunSummary
from domain.trainings.training import Training, TrainingAction, TrainingState

_IN_A_ROW: Final = "d-flex flex-wrap gap-2 mb-2 align-items-center"


class TrainedModel(NamedTuple):
    """The model of a training, None if none is known.

    `is_final` if that will not change, `failure` if it could not be read.
    """

    model: Model | None
    is_final: bool
    failure: MessageData | None = None


def acted(action: TrainingAction) -> dict[str, Any]:
    """Returns the message once the scheduler has accepted an action."""
    texts = {
        TrainingAction.STOP: _("The training ends after its current episode."),
        TrainingAction.CANCEL: _("The training is cancelled."),
        TrainingAction.HOLD: _("The training is on hold until it is released."),
        TrainingAction.RELEASE: _("The training is waiting for its turn again."),
        TrainingAction.FIRST: _("The training is the first in the queue."),
        TrainingAction.CONTINUE: _("The training continues."),
    }
    return {"outcome": "done", "sentence": texts[action], "go": None}


def leads_to(where: str) -> dict[str, Any]:
    """Returns the address to open for an action that needs a form first."""
    return {"outcome": "done", "sentence": "", "go": where}


def questions() -> dict[str, Any]:
    """Returns the questions before a training is ended; {name} is the training's."""
    return {
        TrainingAction.STOP: {
            "title": _("Stop this training?"),
            "facts": [],
            "sentence": _("“{name}” ends after its current episode. What it has learned until then is kept."),
            "confirm": _("Stop it"),
            "look": "danger",
        },
        TrainingAction.CANCEL: {
            "title": _("Cancel this training?"),
            "facts": [],
            "sentence": _("“{name}” leaves the queue and does not start."),
            "confirm": _("Cancel it"),
            "look": "danger",
        },
    }


def result(
    training: Training, summary: RunSummary | None, made: TrainedModel, refusal: ClewError | None
) -> dict[str, Any]:
    """Returns the results of a finished training: its final metrics, and its model."""
    if training.started_ms is None:  # it has no results
        return {"html": [_sentence(training), _links(training)], "is_final": True}
    parts = [_sentence(training), _metrics(training, summary), _model(made, refusal), _links(training)]
    return {"html": parts, "is_final": made.is_final}


def _sentence(training: Training) -> html.P:
    texts = {
        TrainingState.DONE: _("The training is done."),
        TrainingState.FAILED: _("The training failed."),
        TrainingState.KILLED: _("The training was stopped."),
    }
    return html.P(html.Strong(texts.get(training.state, "")), className="mb-2")


def _metrics(training: Training, summary: RunSummary | None) -> html.Dl:
    progress = training.progress
    rate = progress.success_rate if progress is not None else None
    reward = progress.reward if progress is not None else None
    episodes = progress.episode if progress is not None else None
    if summary is not None:
        rate = rate if summary.success_rate is None else summary.success_rate
        reward = reward if summary.final_reward is None else summary.final_reward
        episodes = summary.episodes or episodes
    facts = [
        (_("Final success rate"), words.percent(rate)),
        (_("Final reward"), words.number(reward)),
        (_("Final loss"), words.number(None if summary is None else summary.final_loss)),
        (_("Total episodes"), words.count(episodes)),
    ]
    return html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in facts], className="facts mb-2")


def _model(made: TrainedModel, refusal: ClewError | None) -> html.P | html.Div:
    model = made.model
    if model is None:
        return html.P(_no_model(made), className="text-body-secondary mb-2")
    if model.state is ModelState.DELETED:
        return html.P(_("Its model %(id)s was deleted.", id=model.id), className="text-body-secondary mb-2")
    link = html.A(_("Model %(id)s", id=model.id), href=model_href(model.id))
    return html.Div(link if refusal is not None else [*_use_it(model), link], className=_IN_A_ROW)


def _no_model(made: TrainedModel) -> str:
    if made.failure is not None:
        return f"{_('Looking for its model…')} ({translate(made.failure).rstrip('.。')})"
    return _("It produced no model.") if made.is_final else _("Looking for its model…")


def _use_it(model: Model) -> list[Any]:
    change = {"data-change": ChangeVerb.TRY, "data-model": model.id}
    button = html.Button(_("Use it"), type="button", className="btn btn-success model-writes", **change)
    return [button, html.Span(_("Activates model %(id)s, and shows how it acts.", id=model.id), className="small")]


def _links(training: Training) -> html.Div:
    """Returns the links to related pages."""
    return html.Div(
        [
            html.A(_("All of this run"), href=run_href(training.run_id)),
            html.A(_("Train again with these values"), href=href("/training", **{"from": training.run_id})),
        ],
        className="d-flex flex-wrap gap-3",
    )
