"""`/charts/metrics`: the metrics that some runs logged, for the picker of metrics and axes."""

import threading
from typing import Final

import dash
import flask
from cachetools import LRUCache

from callbacks.charts.answers import json_with_etag
from callbacks.charts.requests import RunLookup, request_parameters
from callbacks.wire import with_message
from domain.charts.figure_query import run_ids
from domain.charts.metric_catalogue import MetricCatalogue, metric_catalogue
from domain.tracking.runs import Run
from services.connect import Services

PATH: Final = "/charts/metrics"
_MAX_KEPT: Final = 32


def register(app: dash.Dash, services: Services) -> None:
    """Adds the route to the server of `app`."""
    server: flask.Flask = app.server
    lookup, catalogues = RunLookup(services), _Catalogues(services)

    def answer() -> flask.Response:
        ids = run_ids(request_parameters().get("runs"))
        view = lookup.view(ids)
        runs = lookup.runs(view, ids)
        catalogue = catalogues.of("" if view.runs is None else view.runs.version, runs)
        return json_with_etag({**catalogue._asdict(), "pending": lookup.is_awaited(view, ids)})

    @server.get(PATH)
    @with_message
    def chart_metrics() -> flask.Response:
        return answer()

    @server.post(PATH)
    @with_message
    def chart_metrics_of_many() -> flask.Response:
        return answer()


class _Catalogues:
    """Caches the metric catalogues of selections for one version of the run list."""

    def __init__(self, services: Services) -> None:
        self._vocabulary = services.vocabulary
        self._kept: LRUCache[tuple[str, ...], MetricCatalogue] = LRUCache(_MAX_KEPT)
        self._lock = threading.Lock()

    def of(self, version: str, runs: list[Run]) -> MetricCatalogue:
        key = (version, *(run.run_id for run in runs))
        with self._lock:
            if (kept := self._kept.get(key)) is not None:
                return kept
        made = metric_catalogue(runs, self._vocabulary)
        with self._lock:
            self._kept[key] = made
        return made
