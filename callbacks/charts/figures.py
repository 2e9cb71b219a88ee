"""`/charts/figure`: one chart, drawn from what is known, with what is still being fetched."""

import time
from typing import Any, Final

import dash
import flask

from callbacks.charts.answers import json_with_etag
from callbacks.charts.requests import RunLookup, request_parameters
from callbacks.runs.drawing import ChartData
from callbacks.wire import with_message
from components import notices
from components.charts.figures import figure
from components.texts.language import _
from domain.charts.axes import Axis
from domain.charts.axis_checks import axis_for
from domain.charts.axis_hints import with_default_axis
from domain.charts.chart_options import ChartOptions
from domain.charts.figure_query import FigureQuery
from services.connect import Services

PATH: Final = "/charts/figure"


def register(app: dash.Dash, services: Services) -> None:
    """Adds the route to the server of `app`; a selection that is too long for an address is sent as a body."""
    server: flask.Flask = app.server
    lookup = RunLookup(services)

    @server.get(PATH)
    @with_message
    def chart_figure() -> flask.Response:
        return _drawn(services, lookup, FigureQuery.of(request_parameters()))

    @server.post(PATH)
    @with_message
    def chart_figure_of_many() -> flask.Response:
        return _drawn(services, lookup, FigureQuery.of(request_parameters()))


def _drawn(services: Services, lookup: RunLookup, query: FigureQuery) -> flask.Response:
    ends = time.monotonic() + services.settings.patience_seconds
    view = lookup.view(query.runs)
    runs, options = lookup.runs(view, query.runs), query.options
    if not query.axis_chosen:
        options = with_default_axis(options, runs, services.vocabulary)
    drawing = ChartData.of_runs(services, view, runs, query.chart.of, options, ends)
    options, sentences = (options, []) if query.axis_chosen else _by_itself(query, options, drawing)
    drawn = figure(
        query.chart,
        drawing.runs,
        drawing.found,
        options,
        still_loading=drawing.is_loading,
        sampled=drawing.sampled,
        width=query.width,
        window=query.window,
        sentences=sentences,
        curve_of=services.curves.curve,
    )
    drawing = drawing._replace(is_loading=drawing.is_loading or lookup.is_awaited(view, query.runs))
    is_known = view.is_whole or len(runs) + sum(run_id in view.absent for run_id in query.runs) == len(query.runs)
    return json_with_etag(_facts(services, query, drawing, drawn, is_known=is_known))


def _by_itself(query: FigureQuery, options: ChartOptions, drawing: ChartData) -> tuple[ChartOptions, list[str]]:
    """Draws a single run whose steps are missing over time, and adds a sentence about it."""
    if len(drawing.runs) != 1 or options.axis is not Axis.STEP:
        return options, []
    axis = axis_for(drawing.found.history(drawing.runs[0], query.chart.of[0]), drawing.found.latest)
    sentences = [] if axis is Axis.STEP else [_("steps are missing: drawn over time")]
    return options.model_copy(update={"axis": axis}), sentences


def _facts(
    services: Services, query: FigureQuery, drawing: ChartData, drawn: dict[str, Any], *, is_known: bool
) -> dict[str, Any]:
    words = services.vocabulary
    logged = (subject.key_in(run.metrics, words.of(run)) for run in drawing.runs for subject in query.chart.of)
    return {
        "figure": drawn,
        "summary": drawn["layout"]["meta"]["summary"],
        "pending": drawing.is_loading,
        "sampled": drawing.sampled,
        "absent": is_known and not drawing.is_loading and all(key is None for key in logged),
        "failures": [notices.failed_history(cause) for cause in drawing.failures],
    }
