"""`/charts/points.csv`: all points of a chart's runs, streamed: a chart draws hundreds of them, a run logs millions.

An incomplete file ends with rows that say so, and its connection is cut, so that the download fails.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import dash
import flask

from callbacks.charts.requests import RunLookup, request_parameters
from callbacks.runs.drawing import keys_to_draw
from callbacks.wire import with_message
from components.charts import points_file
from components.charts.known import KnownHistories
from components.texts.translate import translate
from domain.charts.axis_hints import with_default_axis
from domain.charts.chart_options import ChartOptions
from domain.charts.figure_query import FigureQuery
from domain.errors import ClewError, ServiceError
from domain.errors.charts.specs import PointsMissing
from domain.moments import latest_ms
from domain.tracking.runs import Run
from services.connect import Services
from services.tracking.histories.complete import RunHistories, complete_histories
from services.tracking.known_runs import known_table, raise_unless_whole
from services.tracking.run_store import RunView

PATH: Final = "/charts/points.csv"
# Shorter than proxies wait for the next byte.
WAIT_SECONDS: Final = 45.0
# A download rather waits for the runs than leaves them out.
RUNS_WAIT_SECONDS: Final = 15.0
_LONGEST_NAME: Final = 60


def register(app: dash.Dash, services: Services) -> None:
    """Adds the route to the server of `app`."""
    server: flask.Flask = app.server
    lookup = RunLookup(services)

    def answer() -> flask.Response:
        query = FigureQuery.of(request_parameters())
        view = services.runs.view_with(query.runs, RUNS_WAIT_SECONDS)
        known_table(view)
        runs = lookup.runs(view, query.runs)
        pieces = _file(services, query, runs, _why_missing(view))
        response = flask.Response(flask.stream_with_context(pieces), mimetype="text/csv")
        response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(query)}"'
        return response

    @server.get(PATH)
    @with_message
    def chart_points() -> flask.Response:
        return answer()

    @server.post(PATH)
    @with_message
    def chart_points_of_many() -> flask.Response:
        return answer()


def _why_missing(view: RunView) -> ClewError | None:
    """Returns why runs that are not known may exist; None if they do not."""
    try:
        raise_unless_whole(view)
    except ServiceError as error:
        return error
    return None


def _file(services: Services, query: FigureQuery, runs: list[Run], why: ClewError | None) -> Iterator[bytes]:
    options = query.options
    if not query.axis_chosen:
        options = with_default_axis(options, runs, services.vocabulary)
    keys = {run.run_id: keys_to_draw(run, query.chart.of, options, services.vocabulary) for run in runs}
    yield points_file.head()
    missing: list[bytes] = []
    for part in complete_histories(services.histories, runs, keys, WAIT_SECONDS):
        yield from _points(services, query, part, options)
        missing += _missing(part)
    missing += [points_file.unknown(run_id, why) for run_id in query.runs if run_id not in keys]
    if missing:
        yield b"".join(missing)
        raise PointsMissing(len(missing))


def _points(services: Services, query: FigureQuery, part: RunHistories, options: ChartOptions) -> Iterator[bytes]:
    found = {(part.run.run_id, key): history for key, history in part.found.items()}
    known = KnownHistories(found, services.vocabulary, latest_ms(datetime.now(UTC)))
    for subject in query.chart.of:
        yield from points_file.points_of(subject, part.run, known, options)


def _missing(part: RunHistories) -> list[bytes]:
    failed = [points_file.incomplete(part.run, key, translate(error)) for key, error in part.failures.items()]
    return failed + [points_file.incomplete(part.run, key, None) for key in part.on_their_way]


def _file_name(query: FigureQuery) -> str:
    plain = re.sub(r"[^A-Za-z0-9._]+", "-", "-".join(map(str, query.chart.of))).strip("-.")
    return f"clew-points-{plain[:_LONGEST_NAME] or 'chart'}.csv"
