"""Reads a request for a chart, and finds the runs that it names."""

import threading
from collections.abc import Sequence
from typing import Any, Final

import flask
import orjson
from cachetools import LRUCache, TTLCache

from callbacks.wire import content
from domain.errors.requests import BodyNotJson
from domain.run_table.table import RunTable
from domain.tracking.runs import Run
from services.connect import Services
from services.tracking.known_runs import known_table
from services.tracking.run_store import RunView

_MAX_BYTES: Final = 2**18
# MLflow is asked for an unknown run once in so many seconds, not by each of three hundred charts.
_AGAIN_SECONDS: Final = 30.0
# It is asked sooner if it did not answer in time.
_LATE_AGAIN_SECONDS: Final = 5.0
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
        self._found: TTLCache[str, Run] = TTLCache(_MAX_REMEMBERED, _AGAIN_SECONDS)
        self._absent: TTLCache[str, bool] = TTLCache(_MAX_REMEMBERED, _AGAIN_SECONDS)
        self._undecided: TTLCache[str, bool] = TTLCache(_MAX_REMEMBERED, _LATE_AGAIN_SECONDS)
        self._made: LRUCache[tuple[str, str], Run] = LRUCache(_MAX_MADE)
        self._lock = threading.Lock()

    def view(self, run_ids: Sequence[str]) -> RunView:
        """Returns the known runs; asks MLflow, at most every `_AGAIN_SECONDS`, for a run that is missing and may be
        new. One that MLflow could not answer for in time makes the view late.

        Raises `ServiceUnavailable` if nothing is known and the reason is.
        """
        view = self._runs.first_view(self._patience)
        if view.failure is not None:
            known_table(view)  # raises, so that a failed reading is not taken for runs without metrics
        table = view.runs
        if table is None:
            return view
        missing = [run_id for run_id in run_ids if run_id not in table]
        searched = self._to_search(missing)
        requested = {*run_ids} - {*missing} | {*searched}
        view = self._runs.view_with([run_id for run_id in run_ids if run_id in requested], self._patience)
        self._remember(view, searched)
        return view if view.runs is None else self._with_decided(view, view.runs, missing)

    @staticmethod
    def is_awaited(view: RunView, run_ids: Sequence[str]) -> bool:
        """Returns whether one of the runs may still appear: it is missing, and not all runs could be read."""
        table = view.runs
        if table is None:
            return True
        if table.progress is None and not view.is_late:
            return False
        return not all(run_id in table or run_id in view.found or run_id in view.absent for run_id in run_ids)

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

    def _to_search(self, run_ids: Sequence[str]) -> list[str]:
        caches = (self._found, self._absent, self._undecided)
        with self._lock:
            new = [run_id for run_id in run_ids if not any(run_id in cache for cache in caches)]
            self._undecided.update(dict.fromkeys(new, True))  # for other charts, until the answer is there
        return new

    def _remember(self, view: RunView, searched: Sequence[str]) -> None:
        with self._lock:
            for run_id in searched:
                if (run := view.found.get(run_id)) is not None:
                    self._found[run_id] = run
                elif view.is_whole or run_id in view.absent:
                    self._absent[run_id] = True

    def _with_decided(self, view: RunView, table: RunTable, run_ids: Sequence[str]) -> RunView:
        """Returns the view with what was found out about these runs, of which `table`, its list, may have some."""
        missing = [run_id for run_id in run_ids if run_id not in table and run_id not in view.found]
        with self._lock:
            found = {run_id: run for run_id in missing if (run := self._found.get(run_id)) is not None}
            absent = view.absent | {run_id for run_id in missing if run_id in self._absent}
        # The reason for a failure is known, so nobody waits then.
        is_late = view.failure is None and any(run_id not in found and run_id not in absent for run_id in missing)
        update = {"found": view.found | found, "absent": absent, "is_late": view.is_late or is_late}
        return view.model_copy(update=update)
