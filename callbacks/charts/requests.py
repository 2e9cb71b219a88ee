"""Reads a request for a chart, and finds the runs that it names."""

import threading
from collections.abc import Sequence
from typing import Any, Final

import flask
import orjson
from cachetools import LRUCache, TTLCache

from callbacks.wire import content
from domain.errors.requests import BodyNotJson
from domain.tracking.runs import Run
from services.connect import Services
from services.tracking.known_runs import known_table
from services.tracking.run_store import RunView

_MAX_BYTES: Final = 2**18
# MLflow is asked for an unknown run once in so many seconds, not by each of three hundred charts.
_AGAIN_SECONDS: Final = 30.0
_MAX_REMEMBERED: Final = 10_000
_MAX_MADE: Final = 2_000
REPEATED: Final = ("group", "alone")


def request_parameters() -> dict[str, Any]:
    """Returns the request's query, or its body if it is sent there.

    Raises BadInput, RequestRefused, or as `content`.
    """
    if flask.request.method != "POST":
        query = flask.request.args
        return query.to_dict() | {name: query.getlist(name) for name in REPEATED if name in query}
    try:
        body = orjson.loads(content(_MAX_BYTES))
    except orjson.JSONDecodeError as error:
        raise BodyNotJson({}) from error
    if not isinstance(body, dict):
        raise BodyNotJson({})
    return body


class RunLookup:
    """Finds the runs that requests name; one instance for all threads of a worker."""

    def __init__(self, services: Services) -> None:
        self._runs = services.runs
        self._patience = services.settings.patience_seconds
        self._searched: TTLCache[str, bool] = TTLCache(_MAX_REMEMBERED, _AGAIN_SECONDS)
        self._made: LRUCache[tuple[str, str], Run] = LRUCache(_MAX_MADE)
        self._lock = threading.Lock()

    def view(self, run_ids: Sequence[str]) -> RunView:
        """Returns the known runs; asks MLflow, at most every `_AGAIN_SECONDS`, for a run that is missing and may be
        new.

        Raises `ServiceUnavailable` if nothing is known and the reason is.
        """
        view = self._runs.first_view(self._patience)
        if view.failure is not None:
            known_table(view)  # raises, so that a failed reading is not taken for runs without metrics
        table = view.runs
        if table is None:
            return view
        missing = [run_id for run_id in run_ids if run_id not in table]
        requested = {*run_ids} - {*missing} | {*self._not_searched(missing)}
        return self._runs.view_with([run_id for run_id in run_ids if run_id in requested], self._patience)

    @staticmethod
    def is_awaited(view: RunView, run_ids: Sequence[str]) -> bool:
        """Returns whether one of the runs may still appear: it is missing, and not all runs could be read."""
        table = view.runs
        if table is None:
            return True
        if table.progress is None and not view.is_late:
            return False
        return not all(run_id in table or run_id in view.found for run_id in run_ids)

    def runs(self, view: RunView, run_ids: Sequence[str]) -> list[Run]:
        """Returns the known ones of these runs, in the order of the request."""
        return [run for run_id in run_ids if (run := self._run(view, run_id)) is not None]

    def _run(self, view: RunView, run_id: str) -> Run | None:
        """Makes a run once per version of the list: three hundred charts ask for the same ten."""
        if view.runs is None:
            return None
        key = (view.runs.version, run_id)
        with self._lock:
            known = self._made.get(key)
        made = known or view.get(run_id)
        if known is None and made is not None and view.runs.facts.only_metrics is None:
            with self._lock:
                self._made[key] = made
        return made

    def _not_searched(self, run_ids: Sequence[str]) -> list[str]:
        with self._lock:
            new = [run_id for run_id in run_ids if run_id not in self._searched]
            self._searched.update(dict.fromkeys(new, True))
        return new
