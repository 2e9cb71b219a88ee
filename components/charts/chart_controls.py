"""The controls above the charts of a comparison, preset from the address."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import ids
from components.texts.language import _
from domain.charts.axes import Axis
from domain.charts.chart_options import HEAVIEST_SMOOTHING, ChartOptions
from domain.charts.seed_curves import Band, Centre
from domain.tracking.final_metrics import Choice
from domain.tracking.group_scores import DivergedRuns

# The default axis: steps, or one that fits these runs better; and the option that lets the reader pick a metric.
BY_ITSELF = "auto"
ANY_METRIC = "metric"


def controls(options: ChartOptions) -> html.Div:
    """Returns all controls in a row that wraps."""
    finals = {Choice.LAST: _("last value"), Choice.MEAN_OF_LAST: _("mean of the last 10"), Choice.BEST: _("best value")}
    centres = {Centre.MEAN: _("mean"), Centre.IQM: _("interquartile mean")}
    bands = {
        Band.BOOTSTRAP: _("95 % bootstrap interval"),
        Band.MIN_MAX: _("minimum to maximum"),
        Band.DEVIATION: _("standard deviation"),
    }
    diverged = {DivergedRuns.WORST: _("as the worst"), DivergedRuns.LEFT_OUT: _("not at all")}
    return html.Div(
        [
            _axis(ids.OPTION_AXIS, options),
            _smoothing(ids.OPTION_SMOOTHING, options.smoothing),
            _select(ids.OPTION_FINAL, _("Final value"), finals, options.final),
            _switch(ids.OPTION_LOG, _("Logarithmic y"), options.log_y),
            _switch(ids.OPTION_DIFFERING, _("Parameters that differ"), options.differing),
            _switch(ids.OPTION_GROUPED, _("Group seeds"), options.grouped),
            html.Div(  # these affect groups only, and are shown and hidden together
                [
                    _select(ids.OPTION_DIVERGED, _("Diverged runs count"), diverged, options.diverged),
                    _select(ids.OPTION_CENTRE, _("Line"), centres, options.centre),
                    _select(ids.OPTION_BAND, _("Band"), bands, options.band),
                ],
                className="controls-part",
            ),
        ],
        className="controls chart-controls",
        role="group",
        **{"aria-label": _("How the charts are drawn")},
    )


def run_controls(options: ChartOptions) -> html.Div:
    """Returns the controls of one run's charts."""
    return html.Div(
        [
            _axis(ids.RUN_AXIS, options),
            _smoothing(ids.RUN_SMOOTHING, options.smoothing),
            _switch(ids.RUN_LOG, _("Logarithmic y"), options.log_y),
        ],
        className="controls chart-controls",
        role="group",
        **{"aria-label": _("How the charts are drawn")},
    )


def _axis(component_id: str, options: ChartOptions) -> html.Div:
    """Returns the picker of the x axis; any metric may be one, which assets/charts.js lets the reader choose."""
    axes = {
        BY_ITSELF: _("Step (or automatic)"),
        Axis.STEP: _("Step"),
        Axis.EPISODES: _("Episodes"),
        Axis.ENV_STEPS: _("Environment steps"),
        Axis.WALL_TIME: _("Time"),
        Axis.RELATIVE_TIME: _("Time since the start"),
    }
    chosen = str(options.axis) if "axis" in options.model_fields_set else BY_ITSELF
    of_metric = {chosen: chosen.removeprefix("metric:")} if chosen not in axes else {}
    return _select(component_id, _("x axis"), {**axes, **of_metric, ANY_METRIC: _("A metric…")}, chosen)


def export_menu() -> html.Div:
    """Returns the menu that exports the comparison: as tables, or as a link."""
    return html.Div(
        [
            dbc.Button(_("Table (CSV)"), id=ids.TABLE_CSV, color="link", size="sm"),
            dbc.Button(_("Drawn points (CSV)"), id=ids.POINTS_CSV, color="link", size="sm"),
            html.A(_("Report (HTML)"), id=ids.REPORT, href="#", download="", className="btn btn-link btn-sm"),
            html.Span(
                dbc.Button(_("Copy link"), id=ids.COPY_LINK, color="link", size="sm"),
                id=ids.COPY_STATUS,
                role="status",
                **{"data-done": _("Link copied"), "data-failed": _("Copy it from the address bar")},
            ),
            dcc.Download(id=ids.DOWNLOAD),
        ],
        className="d-flex flex-wrap",
    )


def _select(component_id: str, label: str, choices: Any, value: str) -> html.Div:
    options = [{"label": text, "value": str(choice)} for choice, text in choices.items()]
    return html.Div(
        [
            dbc.Label(label, html_for=component_id, class_name="small mb-0"),
            dbc.Select(id=component_id, options=options, value=str(value), size="sm"),
        ]
    )


def _smoothing(component_id: str, weight: float) -> html.Div:
    return html.Div(
        [
            dbc.Label(_("Smoothing"), html_for=component_id, class_name="small mb-0"),
            dbc.Input(
                id=component_id,
                type="range",
                min=0,
                max=HEAVIEST_SMOOTHING,
                step=0.01,
                value=weight,
                debounce=False,
                class_name="form-range p-0 border-0",
            ),
        ],
        className="smoothing",
    )


def _switch(component_id: str, label: str, value: bool) -> dbc.Switch:
    return dbc.Switch(id=component_id, label=label, value=value, class_name="small mb-0")
