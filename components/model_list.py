"""The model list: its table, what can be done with the chosen model, and the activations so far."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids, notices, words
from components.language import _, around, ngettext
from components.links import href, model_href
from components.tables import Column, native_table
from domain.measurements import Measured, Measurement
from domain.models import Activation, Model, ModelList, ModelState, order_of

PAGE_SIZE = 25
EVERYTHING, PRESENT = "*", "present"
MOST_ACTIVATIONS = 20
_MOST_EXACT = 2**53  # a browser's numbers are exact up to here


def columns() -> list[Column]:
    """The columns of the model list."""
    return [
        Column("details", _("Open"), "link"),
        Column("model_id", _("Model")),
        Column("state_name", _("State")),
        Column("algorithm", _("Algorithm")),
        Column("environment", _("Environment")),
        Column("trained", _("Trained at"), "datetime"),
        Column("success_percent", _("Success rate (%)"), "numeric", 1),
        Column("episodes", _("Episodes"), "numeric", 0),
        Column("onnx_path", _("ONNX path")),
    ]


def row(model: Model) -> dict[str, Any]:
    """A model as a row; missing numbers and times are None, assets/models.js adds the link and the local time."""
    return {
        "id": model.id,
        "model_id": _shown(model.id),
        "state": model.state,
        "state_name": words.model_state(model.state),
        "algorithm": model.algorithm or words.MISSING,
        "environment": model.env_id or words.MISSING,
        "trained_ms": words.unix_ms(model.trained_at),
        "success_percent": None if model.success_rate is None else model.success_rate * 100,
        "measured": None if model.measured is None else measured_text(model.measured),
        "episodes": model.total_episodes,
        "onnx_path": model.onnx_path or words.MISSING,
        "page": model_href(model.id),
    }


def _shown(model_id: str) -> int | str:
    """Plain numbers as numbers, so that 10 comes after 9; what a number would not show letter by letter, as it is."""
    number = order_of(model_id)[1]
    return number if str(number) == model_id and number < _MOST_EXACT else model_id


def measured_text(measurement: Measurement) -> str:
    """What Clew itself measured, in a sentence."""
    return _(
        "Measured by Clew: %(seen)s in %(episodes)s episodes in the maze it was trained on, %(unseen)s in mazes it"
        " never saw.",
        seen=_with_interval(measurement.seen),
        unseen=_with_interval(measurement.unseen),
        episodes=words.count(measurement.seen.episodes),
    )


def _with_interval(measured: Measured) -> str:
    rate, interval = words.percent(measured.success_rate), measured.interval
    return rate if interval is None else f"{rate} [{words.percent(interval.low)} – {words.percent(interval.high)}]"


def toolbar() -> html.Div:
    """The filters, and what can be done with the chosen model."""
    states = {
        PRESENT: _("Active and inactive"),
        EVERYTHING: _("All states"),
        **{str(state): words.model_state(state) for state in ModelState},
    }
    return html.Div(
        [
            _choice(ids.MODEL_ALGORITHM, _("Algorithm"), {EVERYTHING: _("All algorithms")}, EVERYTHING),
            _choice(ids.MODEL_STATE, _("State"), states, PRESENT),
            html.Div(
                [
                    dbc.Button(_("Details"), id=ids.MODEL_DETAILS, color="link", disabled=True),
                    _button(ids.MODEL_RESTORE, _("Restore"), color="secondary", outline=True),
                    _button(ids.MODEL_DELETE, _("Delete…"), color="danger", outline=True),
                    _button(ids.MODEL_ACTIVATE, _("Activate"), color="primary"),
                ],
                className="ms-auto d-flex flex-wrap gap-2 align-items-end",
                role="group",
                **{"aria-label": _("The chosen model")},
            ),
        ],
        className="d-flex flex-wrap gap-3 align-items-end mb-2",
    )


def model_table() -> html.Div:
    """The table with a choice, sort and filter; empty until assets/models.js fills it."""
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
    )


def freshness_text(models: int | None, as_of_ms: int | None) -> list[Any]:
    """How many models there are, as of when."""
    if models is None or as_of_ms is None:
        return [_("Reading the models…")]
    counted = ngettext("%(count)s model", "%(count)s models", models, count=words.count(models))
    return [counted, " · ", *around(_("as of {moment}"), moment=notices.moment(as_of_ms))]


def texts() -> dict[str, Any]:
    """What assets/models.js writes."""
    return {"details": _("Open"), "everything": _("All algorithms")}


def nothing_here() -> list[Any]:
    """What to do when there is no model."""
    return [
        html.P(_("No model has been registered yet. A training registers one when it ends:")),
        notices.how_to_train(),
        html.A(_("Show all runs"), href=href("/mlflow")),
    ]


def activations(history: Sequence[Activation], models: ModelList) -> html.Details | None:
    """Who made which model active, and when, the newest first; and the way back to each that is still there."""
    if not history:
        return None
    head = [_("When"), _("Model"), _("Before"), _("Change of the success rate"), _("By"), _("Reason"), ""]
    rows = [
        html.Tr(
            [
                html.Td(notices.moment(words.unix_ms(activation.at))),
                html.Td(html.A(activation.model_id, href=model_href(activation.model_id))),
                html.Td(_linked(activation.former_id)),
                html.Td(_gain(activation.gain), className="text-end"),
                html.Td(activation.by or words.MISSING),
                html.Td(activation.reason or words.MISSING),
                html.Td(_again(models.get(activation.model_id))),
            ]
        )
        for activation in history[:MOST_ACTIVATIONS]
    ]
    table = dbc.Table(
        [html.Thead(html.Tr([html.Th(text, scope="col") for text in head])), html.Tbody(rows)], size="sm", hover=True
    )
    return html.Details(
        [
            html.Summary(_("Activations so far"), className="h5 mt-3"),
            html.Div(table, className="table-responsive"),
        ],
        open=True,
    )


def _again(model: Model | None) -> Any:
    """Makes a former active model active again; a deleted one has to be restored first."""
    if model is None or model.state is not ModelState.INACTIVE:
        return None
    label = _("Activate model %(id)s again", id=model.id)
    return html.Button(
        _("Activate again"),
        type="button",
        className="btn btn-link btn-sm p-0 model-writes",
        **{"data-activate-again": model.id, "aria-label": label},
    )


def _linked(model_id: str | None) -> Any:
    return words.MISSING if model_id is None else html.A(model_id, href=model_href(model_id))


def _gain(gain: float | None) -> str:
    return words.MISSING if gain is None else _("%(points)s points", points=f"{gain * 100:+.1f}")


def _button(component_id: str, text: str, **looks: Any) -> dbc.Button:
    """One that changes a model: not there for the eye where this Clew is read-only (assets/clew.css)."""
    return dbc.Button(text, id=component_id, disabled=True, class_name="model-writes", **looks)


def _choice(component_id: str, label: str, choices: dict[str, str], value: str) -> html.Div:
    options = [{"label": text, "value": key} for key, text in choices.items()]
    return html.Div(
        [
            dbc.Label(label, html_for=component_id, class_name="small mb-0"),
            dbc.Select(id=component_id, options=options, value=value),
        ],
        className="choice",
    )
