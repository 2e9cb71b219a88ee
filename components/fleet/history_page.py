"""The page of the GPU history: controls, chart, table, and notes on what is missing."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import ids, notices
from components.charts.chart_config import chart_config
from components.fleet import usage_table
from components.fleet.fleet_words import groupings, measures, ranges, source_text
from components.fleet.history_figure import MAX_LINES, empty_figure
from components.notices import moment
from components.texts import words
from components.texts.language import _, around
from components.texts.translate import translate
from domain.fleet.queries import FleetQuery
from domain.fleet.series import FleetHistory

_SOON_MS = 2_500
_MAX_REMARKS = 6


def controls(question: FleetQuery) -> html.Div:
    """Returns the controls, preset from the address."""
    zoomed = question.since_ms is not None
    return html.Div(
        [
            _choice(ids.FLEET_RANGE, _("Period"), ranges(), question.range),
            _choice(ids.FLEET_MEASURE, _("Measure"), measures(), question.measure),
            _choice(ids.FLEET_BY, _("A line for each"), groupings(), question.by),
            html.Div(
                [
                    html.Label(_("Find"), htmlFor=ids.FLEET_FIND, className="small"),
                    dbc.Input(
                        id=ids.FLEET_FIND,
                        type="search",
                        value=question.q,
                        placeholder=_("Host, GPU, owner or run"),
                        maxLength=200,
                        debounce=0.4,
                        size="sm",
                    ),
                ]
            ),
            dbc.Button(
                _("Show the whole period"),
                id=ids.FLEET_WHOLE,
                color="secondary",
                outline=True,
                size="sm",
                style={} if zoomed else {"display": "none"},
            ),
        ],
        className="controls",
        role="group",
        **{"aria-label": _("What is shown")},
    )


def chart() -> html.Figure:
    """Returns the placeholder of the chart; the table below it has the same content as text."""
    return html.Figure(
        dcc.Graph(
            id=ids.FLEET_CHART,
            figure=empty_figure(_("Loading…")),
            config=chart_config(["toImage", "resetScale2d"], name="gpu-history"),
            className="chart",
            responsive=True,
        ),
        className="chart-frame mt-2",
        **{"aria-label": _("History of the GPUs")},
    )


def stores(question: FleetQuery) -> list[Any]:
    """Returns the page's stores, and the interval that polls while data is still being read."""
    return [
        dcc.Store(id=ids.FLEET_QUESTION, data=question.model_dump(mode="json")),
        dcc.Store(id=ids.FLEET_FIGURE),
        dcc.Store(id=ids.FLEET_ROWS),
        dcc.Store(id=ids.FLEET_DRAWN),
        dcc.Store(id=ids.FLEET_TEXTS, data={"open": _("Open")}),
        dcc.Interval(id=ids.FLEET_SOON, interval=_SOON_MS, disabled=True),
    ]


def csv_link() -> html.A:
    """Returns the link that downloads the table; assets/fleet_history.js adds the page's current question."""
    return html.A(_("CSV"), id=ids.FLEET_CSV, href="", download="", className="btn btn-sm btn-outline-secondary")


def note(history: FleetHistory, as_of_ms: int, lines: int, *, is_pending: bool) -> list[Any]:
    """Returns the source of the history, its step and time of reading, and what is missing."""
    steps = history.steps
    sentences: list[Any] = [
        source_text(history.source),
        " ",
        _("Means of %(length)s.", length=words.duration(steps.step_ms / 1000)),
        " ",
        *around(_("As of {moment}."), moment=moment(as_of_ms)),
    ]
    if is_pending:
        sentences += [" ", _("It is being read again.")]
    if history.kept_since_ms is not None and history.kept_since_ms > steps.since_ms:
        sentences += [" ", *around(_("There is no data before {moment}."), moment=moment(history.kept_since_ms))]
    if lines > MAX_LINES:
        shown = words.count(MAX_LINES), words.count(lines)
        sentences += [
            " ",
            _(
                "The chart shows the %(shown)s with the highest mean of %(all)s; use Find for the others.",
                shown=shown[0],
                all=shown[1],
            ),
        ]
    remarks = [translate(remark) for remark in history.remarks]
    return [html.P(sentences, className="small text-body-secondary mb-1"), notices.sentences_alert(_shortened(remarks))]


def _shortened(remarks: Sequence[str]) -> list[str]:
    if len(remarks) <= _MAX_REMARKS:
        return list(remarks)
    return [*remarks[:_MAX_REMARKS], _("and %(n)s more", n=len(remarks) - _MAX_REMARKS)]


def odd_address(odd: Sequence[str]) -> dbc.Alert | None:
    """Names the parts of the address that could not be understood."""
    return notices.sentences_alert([_("Invalid in the address: %(part)s", part=part) for part in odd])


def body() -> list[Any]:
    """Returns everything below the controls."""
    return [
        html.Div(id=ids.FLEET_NOTE, **{"aria-live": "polite"}),
        html.Div(chart(), id=ids.FLEET_DRAWING),
        html.Div(
            [
                html.Div(
                    [html.H2(_("Usage"), className="h5 mb-0"), csv_link()],
                    className="d-flex align-items-center gap-3 mt-3",
                ),
                usage_table.explained(),
                usage_table.table(),
            ],
            id=ids.FLEET_LISTING,
            hidden=True,
        ),
    ]


def nothing(text: str) -> html.P:
    """Draws a sentence in the place of an empty chart."""
    return html.P(text, className="empty my-3")


def _choice(component_id: str, label: str, options: Mapping[str, str], value: str) -> html.Div:
    select = dbc.Select(
        id=component_id,
        options=[{"label": text, "value": str(name)} for name, text in options.items()],
        value=str(value),
        size="sm",
    )
    return html.Div([html.Label(label, htmlFor=component_id, className="small"), select])
