"""`/runs/report.html`: a comparison as one file, streamed: only one chart or picture at a time is in memory."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import dash
import flask
from dash import html

from callbacks.facts.report_pictures import pictures
from callbacks.runs.drawing import ChartData
from callbacks.wire import with_message
from components import notices
from components.chart_grid.grid_address import GridAddress
from components.charts.chart_config import chart_config
from components.charts.figures import figure
from components.links import href
from components.report import document, sections
from components.report.html_text import html_text
from components.runs import comparison, final_metrics
from components.runs.groups import group_metrics
from components.texts import words
from components.texts.language import _, ngettext
from domain.charts.axis_hints import with_default_axis
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import ChartSpec, Subject
from domain.charts.figure_query import run_ids
from domain.errors import ServiceUnavailable
from domain.tracking.runs import Run
from services.connect import Services
from services.identity import reader
from services.sharing.free_memory import trim_memory
from services.tracking.curves import CurveCache
from services.tracking.histories.store import Series
from services.tracking.known_runs import known_table, raise_unless_whole
from services.tracking.run_store import RunView

PATH: Final = "/runs/report.html"
MAX_RUNS: Final = 100
MAX_CHARTS: Final = 100
_RUNS_WAIT_SECONDS: Final = 15.0
# A download rather waits for a history than leaves it out; proxies wait about as long.
_CHART_WAIT_SECONDS: Final = 20.0
_WAIT_SECONDS: Final = 60.0
_POINTS: Final = 1_000
_BUTTONS: Final = ["toImage", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "autoScale2d"]


class ReportRequest(NamedTuple):
    """The content of the comparison's address: the known runs, how charts are drawn, and which.

    Histories are waited for until `ends`, of the monotonic clock.
    """

    runs: list[Run]
    view: RunView
    options: ChartOptions
    grid: GridAddress
    address: str
    notes: list[Any]
    ends: float


def register(app: dash.Dash, services: Services) -> None:
    """Adds the route to the server of `app`."""
    server: flask.Flask = app.server
    plotly = next(Path(app.config.assets_folder).glob("plotly-basic-*.min.js"))

    @server.route(PATH, methods=["GET", "POST"])
    @with_message
    def report() -> flask.Response:
        """Takes the query of the comparison's page; as a form if it is long."""
        request, now = _request(services), datetime.now(UTC)
        user = reader(flask.request.headers, flask.request.remote_addr, services.settings).user
        about = sections.ReportOrigin(len(request.runs), request.address, user, now)
        pieces = _file(services, request, about, plotly)
        response = flask.Response(flask.stream_with_context(_encoded(pieces)), mimetype="text/html")
        response.headers["Content-Disposition"] = f'attachment; filename="clew-report-{now:%Y%m%d-%H%M}.html"'
        response.headers["Cache-Control"] = "no-store"
        return response


def _request(services: Services) -> ReportRequest:
    query = flask.request.values
    requested_ids = run_ids(query.get("runs"))
    ids = requested_ids[:MAX_RUNS]
    view = services.runs.view_with(ids, _RUNS_WAIT_SECONDS)
    known_table(view)
    runs = [run for run_id in ids if (run := view.get(run_id)) is not None]
    lists: dict[str, str | list[str]] = {
        name: values if len(values) > 1 else values[0] for name, values in query.lists()
    }
    options, _odd = ChartOptions.from_address(lists)
    if "axis" not in options.model_fields_set:
        options = with_default_axis(options, runs, services.vocabulary)
    notes = [*_missing_runs(view, ids), *_age_of_runs(view)]
    if len(requested_ids) > MAX_RUNS:
        notes.append(sections.first_of(MAX_RUNS, len(requested_ids)))
    return ReportRequest(
        runs, view, options, GridAddress.of(lists), _address(), notes, time.monotonic() + _WAIT_SECONDS
    )


def _missing_runs(view: RunView, run_ids: Sequence[str]) -> list[str]:
    """Returns that MLflow has no such runs, or that they could not be read."""
    missing = [run_id for run_id in run_ids if view.get(run_id) is None]
    if not missing:
        return []
    try:
        raise_unless_whole(view)
    except ServiceUnavailable as error:
        return [sections.unread_runs(missing, error)]
    return [_("MLflow has no run %(ids)s.", ids=", ".join(missing))]


def _age_of_runs(view: RunView) -> list[Any]:
    """Returns from when the runs are, if they could not be read since."""
    if view.failure is None:
        return []
    return [notices.failure(view.failure.service_name, view.failure.error, as_of_ms=words.unix_ms(view.as_of))]


def _address() -> str:
    """Returns the address of the comparison's page, written as the reader's browser does."""
    page = flask.request.host_url.rstrip("/") + href("/mlflow")
    pairs = [(name, value) for name, values in flask.request.values.lists() for value in values]
    query = "&".join(f"{quote(name)}={quote(value, safe=',')}" for name, value in pairs)
    return f"{page}{'&' if '?' in page else '?'}{query}"


def _encoded(pieces: Iterator[str]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece.encode("utf-8", "replace")


def _file(services: Services, request: ReportRequest, about: sections.ReportOrigin, plotly: Path) -> Iterator[str]:
    runs, base = request.runs, request.address
    yield document.head(sections.title(len(runs)), plotly)
    yield sections.opening(about)
    yield sections.notes(request.notes)
    yield sections.run_list(runs, base)
    if runs:
        yield _tables(services, request)
        yield from _charts(services, request)
        yield sections.changed(runs, services.vocabulary, services.settings.commit_url, base)
        yield from sections.parameters(runs, base)
        yield from pictures(services, runs, base)
    yield from document.scripts(plotly)
    trim_memory()


def _tables(services: Services, request: ReportRequest) -> str:
    wanted = [Subject(word) for word in (*comparison.WORDS, *final_metrics.histories_for(request.options))]
    drawing = _complete(services, request, wanted)
    groups = group_metrics.group_table(drawing.runs, drawing.found, request.options)
    tables = [groups, final_metrics.table(drawing.runs, drawing.found, request.options)]
    content = [html.Div(tables, className="table-responsive"), *map(html.P, _missing(drawing))]
    return sections.section(_("Final metrics"), content, request.address)


def _charts(services: Services, request: ReportRequest) -> Iterator[str]:
    specs = [ChartSpec.parse(text) for text in request.grid.charts or []] or _usual(services, request.runs)
    if not specs:
        return
    yield html_text(html.H2(_("Charts")), "")
    yield '<div class="charts">\n'
    config, missing = chart_config(_BUTTONS), dict[str, None]()
    for place, spec in enumerate(specs[:MAX_CHARTS]):
        drawing = _complete(services, request, spec.of)
        # A cache per chart: curves of a hundred runs take hundreds of megabytes, and the report never zooms.
        curves = CurveCache()
        drawn = figure(
            spec,
            drawing.runs,
            drawing.found,
            request.options,
            still_loading=drawing.is_loading,
            sampled=drawing.sampled,
            width=_POINTS,
            window=request.grid.window,
            curve_of=curves.curve,
        )
        yield document.chart(f"plot-{place}", drawn, config, drawn["layout"]["meta"]["summary"])
        missing |= dict.fromkeys(_missing(drawing))
        services.histories.release(Series(*which) for which in drawing.found.histories)
    yield "</div>\n" + sections.notes(list(missing))
    if len(specs) > MAX_CHARTS:
        yield sections.notes([_("The first %(n)s of %(all)s charts are shown.", n=MAX_CHARTS, all=len(specs))])


def _usual(services: Services, runs: Sequence[Run]) -> list[ChartSpec]:
    """Returns the preset charts, without those that no run logged."""
    logged = [word for word in comparison.WORDS if any(run.metric_key(word, services.vocabulary) for run in runs)]
    return [ChartSpec.of_word(word) for word in logged]


def _complete(services: Services, request: ReportRequest, wanted: Sequence[Subject]) -> ChartData:
    """Returns the drawing with all histories that arrive in time."""
    ends = min(request.ends, time.monotonic() + _CHART_WAIT_SECONDS)
    ids = [run.run_id for run in request.runs]
    while True:
        drawing = ChartData.of(services, request.view, ids, wanted, request.options, min(ends, time.monotonic() + 1.0))
        if not drawing.is_loading or time.monotonic() >= ends:
            return drawing


def _missing(drawing: ChartData) -> list[str]:
    """Returns sentences about missing numbers."""
    late = len(drawing.pending)
    parts = [notices.failed_history(cause) for cause in drawing.failures]
    if late:
        parts.append(ngettext("%(num)s history is still loading.", "%(num)s histories are still loading.", late))
    return parts
