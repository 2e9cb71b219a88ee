"""The model list: its table, and the buttons for the chosen model."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids, notices
from components.links import href, model_href
from components.models.model_change import button
from components.permissions import disabled_unless_allowed
from components.tables import Column, native_table, rows_shown
from components.texts import words
from components.texts.language import _, around, ngettext
from domain.access.rules import Access
from domain.inference.returns import Returns
from domain.registry.changes import ChangeVerb
from domain.registry.measurements import AnyMeasurement, Measured, ReturnsMeasurement
from domain.registry.models import Model, ModelState, order_of

PAGE_SIZE = 25
EVERYTHING, PRESENT = "*", "present"
_MAX_EXACT = 2**53  # a browser's numbers are exact up to here


def columns() -> list[Column]:
    """Returns the columns of the model list."""
    return [
        Column("details", _("Open"), "link"),
        Column("model_id", _("Model")),
        Column("name", _("Registered model")),
        Column("state_name", _("State")),
        Column("algorithm", _("Algorithm")),
        Column("environment", _("Environment")),
        Column("trained", _("Trained at"), "datetime"),
        Column("success_percent", _("Success rate (%)"), "numeric", 1),
        Column("mean_return", _("Mean return"), "numeric", 1),
        Column("episodes", _("Episodes"), "numeric", 0),
        Column("onnx_path", _("ONNX path")),
    ]


def row(model: Model) -> dict[str, Any]:
    """Returns a model as a row; missing numbers and times are None, assets/models.js adds the link and the local
    time.
    """
    return {
        "id": model.id,
        "model_id": _shown(model.id),
        "name": model.name or words.MISSING,
        "state": model.state,
        "state_name": words.model_state(model.state),
        "algorithm": model.algorithm or words.MISSING,
        "environment": model.env_id or words.MISSING,
        "trained_ms": words.unix_ms(model.trained_at),
        "success_percent": None if model.success_rate is None else model.success_rate * 100,
        "mean_return": model.mean_return,
        "measured": None if model.measured is None else measured_text(model.measured),
        "episodes": model.total_episodes,
        "onnx_path": model.onnx_path or words.MISSING,
        "page": model_href(model.id),
    }


def _shown(model_id: str) -> int | str:
    """Returns plain numbers as numbers, so that 10 sorts after 9.

    Ids that would look different as numbers stay text.
    """
    number = order_of(model_id)[2]
    return number if str(number) == model_id and number < _MAX_EXACT else model_id


def measured_text(measurement: AnyMeasurement) -> str:
    """Returns a sentence with the results of Clew's own evaluation."""
    if isinstance(measurement, ReturnsMeasurement):
        return _returns_text(measurement.returns[0])
    return _(
        "Measured by Clew: %(seen)s in %(episodes)s episodes in the maze it was trained on, %(unseen)s in mazes it"
        " never saw.",
        seen=_with_interval(measurement.seen),
        unseen=_with_interval(measurement.unseen),
        episodes=words.count(measurement.seen.episodes),
    )


def _returns_text(found: Returns) -> str:
    text = _(
        "Measured by Clew in %(episodes)s episodes: return %(iqm)s [%(low)s – %(high)s] (interquartile mean),"
        " mean %(mean)s.",
        episodes=words.count(found.episodes),
        iqm=words.number(found.iqm_return),
        low=words.number(found.iqm_interval.low),
        high=words.number(found.iqm_interval.high),
        mean=words.number(found.mean_return),
    )
    if found.success_rate is None:
        return text
    success = _("Success rate %(rate)s.", rate=words.percent(found.success_rate))
    return f"{text} {success}"


def _with_interval(measured: Measured) -> str:
    rate, interval = words.percent(measured.success_rate), measured.interval
    return rate if interval is None else f"{rate} [{words.percent(interval.low)} – {words.percent(interval.high)}]"


def toolbar() -> html.Div:
    """Returns the filters, and the buttons for the chosen model."""
    states = {
        PRESENT: _("Active and inactive"),
        EVERYTHING: _("All states"),
        **{str(state): words.model_state(state) for state in ModelState},
    }
    return html.Div(
        [
            _choice(ids.MODEL_NAME, _("Registered model"), {EVERYTHING: _("All registered models")}, EVERYTHING),
            _choice(ids.MODEL_ALGORITHM, _("Algorithm"), {EVERYTHING: _("All algorithms")}, EVERYTHING),
            _choice(ids.MODEL_STATE, _("State"), states, PRESENT),
            html.Div(
                [
                    dbc.Button(_("Details"), id=ids.MODEL_DETAILS, color="link", disabled=True),
                    disabled_unless_allowed(
                        Access.WRITE,
                        [
                            button(ids.MODEL_RESTORE, ChangeVerb.RESTORE, _("Restore"), "outline-secondary"),
                            button(ids.MODEL_DELETE, ChangeVerb.DELETE, _("Delete…"), "outline-danger"),
                            button(ids.MODEL_ACTIVATE, ChangeVerb.ACTIVATE, _("Activate"), "primary"),
                        ],
                        ids.refused("models"),
                    ),
                ],
                className="controls-end",
                role="group",
                **{"aria-label": _("The chosen model")},
            ),
        ],
        className="controls",
    )


def model_table() -> html.Div:
    """Returns the table, which selects one row, sorts and filters; empty until assets/models.js fills it."""
    tones = {"active": "success", "inactive": "secondary", "deleted": "danger"}
    styles = [
        {
            "if": {"column_id": "state_name", "filter_query": f"{{state}} = {state}"},
            "color": f"var(--bs-{tone}-text-emphasis)",
            "fontWeight": "bold" if state == "active" else "normal",
        }
        for state, tone in tones.items()
    ]
    return native_table(
        ids.MODEL_TABLE,
        columns(),
        label=_("Models"),
        named_by=("model_id", "algorithm"),
        page_size=PAGE_SIZE,
        styles=styles,
        selectable="single",
        sorts_itself=False,  # assets/model_order.js sorts, so that id 10 comes after 9
    )


def freshness() -> html.Div:
    """Returns the line with the number of models, the time of reading, and the number shown."""
    return html.Div(
        [
            html.Span(id=ids.MODEL_FRESHNESS, className="text-body-secondary small"),
            rows_shown(ids.MODEL_TABLE),
        ]
    )


def freshness_text(models: int | None, as_of_ms: int | None) -> list[Any]:
    """Returns how many models there are, as of when."""
    if models is None or as_of_ms is None:
        return [_("Reading the models…")]
    counted = ngettext("%(count)s model", "%(count)s models", models, count=words.count(models))
    return [counted, " · ", *around(_("as of {moment}"), moment=notices.moment(as_of_ms))]


def texts() -> dict[str, Any]:
    """Returns the texts of assets/models.js."""
    return {
        "details": _("Open"),
        "shown": _(" · {n} shown"),
        "everything": _("All algorithms"),
        "every_name": _("All registered models"),
    }


def nothing_here() -> list[Any]:
    """Returns what to do if there are no models."""
    return [
        html.P(_("No model has been registered yet. A training registers one when it ends:")),
        notices.training_hint(),
        html.A(_("Show all runs"), href=href("/mlflow")),
    ]


def _choice(component_id: str, label: str, choices: dict[str, str], value: str) -> html.Div:
    options = [{"label": text, "value": key} for key, text in choices.items()]
    return html.Div(
        [
            dbc.Label(label, html_for=component_id, class_name="small mb-0"),
            dbc.Select(id=component_id, options=options, value=value),
        ],
        className="choice",
    )
