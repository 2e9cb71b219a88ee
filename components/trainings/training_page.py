"""The page of one training: its numbers, curves, log and buttons; assets/training_live*.js fill it."""

from typing import Any, Final

from dash import html
from dash_extensions import WebSocket

from components import ids
from components.colours import PALETTE
from components.connection import line_head, line_notice, line_states
from components.links import href, run_href
from components.permissions import disabled_unless_allowed, reason, refusal_of
from components.texts.language import _, around
from components.texts.translate import templates, translate
from components.texts.words import MISSING, metric_name
from components.trainings import live_charts, training_log
from components.trainings.live_charts import CURVES
from components.trainings.training_words import COLOURS, action_colours, action_names, state_names, state_sentences
from domain.access.rules import Access
from domain.errors import ClewError
from domain.errors.catalogue import TEMPLATES
from domain.trainings.built_in import NAMES
from domain.trainings.training import Training, TrainingMessage

SILENT_SECONDS: Final = 6
"""Three heartbeats: a connection without messages for so long counts as lost."""


def place(run_id: str) -> list[Any]:
    """Returns the page, empty until the first message."""
    return [
        line_head(html.H1(run_id[:8], id=ids.LIVE_NAME, className="h3 mb-0"), ids.LIVE_BADGE, ids.LIVE_SINCE),
        line_notice(ids.LIVE_NOTICE),
        _state(),
        html.Dl(
            [_fact(part, label) for part, label in _facts().items()],
            id=ids.LIVE_FACTS,
            className="facts live-facts mt-2",
        ),
        html.Div(id=ids.LIVE_RESULT, className="live-result", hidden=True, **{"aria-live": "polite"}),
        live_charts.place(),
        training_log.place(run_id),
        html.Details(
            [
                html.Summary(_("Values it was started with")),
                html.Dl(id=ids.LIVE_VALUES, className="facts"),
            ],
            className="training-section mt-3",
        ),
        html.P(
            [
                html.A(_("All of this run"), href=run_href(run_id)),
                html.A(_("Train again with these values"), href=href("/training", **{"from": run_id})),
                html.A(_("All trainings"), href=href("/training")),
            ],
            className="d-flex flex-wrap gap-3 mt-3",
        ),
        WebSocket(id=ids.LIVE_SOCKET),
    ]


def not_found(run_id: str) -> list[Any]:
    """Returns the page for an address with an unknown training."""
    return [
        html.H1(_("No such training"), className="h3"),
        html.P(around(_("There is no training {run}."), run=html.Code(run_id[:64]))),
        html.A(_("All trainings"), href=href("/training")),
    ]


def not_known_yet(why: ClewError) -> str:
    """Returns the sentence that the training may exist, but could not be read."""
    cause = translate(why).rstrip(".。")
    return _("It is not known yet whether there is this training. %(cause)s. Retrying automatically.", cause=cause)


def elsewhere(training: Training | None) -> str:
    """Returns the sentence that another scheduler owns the training, so that only MLflow's data is shown."""
    host = training.host if training is not None and training.host else MISSING
    return _(
        "This training belongs to another scheduler, on %(host)s: only what MLflow has of it is shown.",
        host=host,
    )


def schema() -> dict[str, Any]:
    """Returns the JSON Schema of a message."""
    return TrainingMessage.model_json_schema()


def texts() -> dict[str, Any]:
    """Returns the texts of assets/training_live*.js in the reader's language."""
    refusal = refusal_of(Access.WRITE)
    return {
        "connection": line_states(),
        "heard": "",
        "lost": _("for {n} s; Clew is polled meanwhile"),
        "never": _("for {n} s; is the scheduler running, and can this browser reach {url}?"),
        "states": state_names(),
        "colours": COLOURS,
        "sentences": state_sentences(),
        "actions": action_names(),
        "looks": action_colours(),
        "refused": None if refusal is None else translate(refusal),
        "episode": _("{episode} of {episodes}"),
        "place": _("Place {place} in the queue."),
        "old": _("The data shown is {n} s old."),
        "misfit": _("An invalid message was skipped: {why}"),
        "cpu": _("none"),
        "yes": _("yes"),
        "no": _("no"),
        "duration": {
            "hours": _("{hours} h {minutes} min"),
            "minutes": _("{minutes} min {seconds} s"),
            "seconds": _("{seconds} s"),
        },
        "percent": _("{number} %"),
        "ended": {"done": _("The training is done."), "failed": _("The training failed."),
                  "killed": _("The training was stopped.")},
        "metrics": {word: metric_name(word) for word in CURVES},
        "layouts": live_charts.layouts(),
        "x": {"episodes": _("Episodes"), "steps": _("Step")},
        "counts_episodes": NAMES,  # its curves are by episode, those of other programs by the steps that they log
        "line": _("{metric}: {value} at {x}, lowest {lowest}, highest {highest}"),
        "palette": list(PALETTE),
        "log": training_log.texts(),
        "templates": templates(TEMPLATES),
        "missing": MISSING,
        "silent_seconds": SILENT_SECONDS,
        "fork": href("/training", fork="RUN_ID"),
    }  # fmt: skip


def _state() -> html.Div:
    return html.Div(
        [
            html.Span("…", id=ids.LIVE_STATE, className="badge text-bg-secondary"),
            html.Span(id=ids.LIVE_SENTENCE),
            html.Div(id=ids.LIVE_STATUS, className="visually-hidden", role="status"),
            html.Div(
                html.Div(className="progress-bar"),
                id=ids.LIVE_BAR,
                className="progress live-bar",
                role="progressbar",
                hidden=True,
                **{"aria-label": _("Progress"), "aria-valuemin": "0", "aria-valuemax": "100"},
            ),
            html.Div(
                [
                    disabled_unless_allowed(Access.WRITE, [html.Div(id=ids.LIVE_BUTTONS, className="training-actions")],
                                 ids.refused("live")),
                    reason(Access.WRITE, ids.refused("live")),
                ],
                className="w-100",
            ),
        ],
        className="d-flex flex-wrap gap-2 align-items-center",
    )  # fmt: skip


def _facts() -> dict[str, str]:
    return {
        "episode": _("Episode"),
        "reward": _("Reward"),
        "loss": _("Loss"),
        "success_rate": _("Success rate"),
        "steps_per_second": _("Steps per second"),
        "seconds_left": _("Time left"),
        "gpus": _("GPU"),
        "what": _("Trainer"),
        "by": _("Started by"),
        "asked": _("Requested"),
        "started": _("Started"),
        "ended": _("Ended"),
    }


def _fact(part: str, label: str) -> html.Div:
    return html.Div([html.Dt(label), html.Dd(MISSING, **{"data-part": part})])
