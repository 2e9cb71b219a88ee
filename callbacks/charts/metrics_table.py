"""`/charts/table`: every metric of one run, with its last, least and greatest value, for the run's page."""

import math
from typing import Any, Final

import dash
import flask

from callbacks.charts.answers import json_with_etag
from callbacks.charts.requests import RunLookup, request_parameters
from callbacks.wire import problem, with_message
from domain.errors import ServiceError
from domain.errors.records import RunIdMalformed, RunNotFound
from domain.points.extremes import Extremes
from domain.tracking.compared import is_run_id
from domain.tracking.outcomes import NotFinite
from domain.tracking.runs import LatestMetric
from services.connect import Services
from services.tracking.known_runs import known_run

PATH: Final = "/charts/table"
_UNKNOWN: Final = (None, None, None)


def register(app: dash.Dash, services: Services) -> None:
    """Adds the route to the server of `app`."""
    server: flask.Flask = app.server
    lookup = RunLookup(services)

    @server.get(PATH)
    @with_message
    def metrics_table() -> flask.Response:
        run_id = str(request_parameters().get("run") or "")
        if not is_run_id(run_id):
            raise RunIdMalformed
        view = lookup.view([run_id])
        try:
            run = known_run(view, run_id)
        except RunNotFound:  # the page itself says that there is none, and a browser would log a 404 as an error
            return json_with_etag({"rows": [], "pending": 0})
        except ServiceError as error:  # nothing has been read yet: likewise, and the page asks again
            return json_with_etag({"rows": [], "pending": 0, **problem(error)})
        known = services.extremes.read(run, services.settings.patience_seconds)
        rows = [_row(key, point, known.found.get(key)) for key, point in sorted(run.metrics.items())]
        return json_with_etag({"rows": rows, "pending": known.pending})


def _row(key: str, point: LatestMetric, extremes: Extremes | None) -> list[Any]:
    last = point.value if math.isfinite(point.value) else str(NotFinite.of(point.value))
    return [key, last, point.step, point.timestamp, *(extremes or _UNKNOWN)]
