"""`/runs/…`: the rows, menus, selection and CSV of the run list, for assets/run_pages.js if the list is long.

A list that the browser holds as a whole is made by the same `RunRows`, in callbacks/runs/run_list.py.
"""

import threading
from datetime import UTC, datetime
from functools import cache, partial
from typing import Annotated, Any, Final

import dash
import flask
import numpy as np
from cachetools import LRUCache
from pydantic import Field, ValidationError

from callbacks.wire import answer, body_as, with_message
from components.run_rows.list_csv import csv_pieces
from components.run_rows.listing import Page, column_menu, listing, matching_ids
from components.run_rows.rows import ListData
from components.run_rows.word_columns import WordColumns, screen_columns
from components.texts.language import language
from domain.errors.misfits import misfits_of
from domain.errors.requests import ContractMisfit
from domain.errors.run_lists.filters import FiltersMisunderstood
from domain.run_table.column_refs import BUILT_IN, ColumnRef
from domain.run_table.columns import Column
from domain.run_table.query import RunQuery, select
from domain.run_table.silence_column import silent_minutes
from domain.run_table.table import RunTable
from services.connect import Services
from services.tracking.known_runs import known_table
from services.tracking.run_store import RunView

MAX_ROWS: Final = 1_000
"""Per page."""
_FILE: Final = "runs.csv"
_FILE_OF_A_PART: Final = "runs-incomplete.csv"


class RowsQuery(RunQuery):
    """Which page of the rows is requested; `version` is what the page has, `selected` the runs selected on it."""

    page: Annotated[int, Field(ge=0, le=10**9)] = 0
    page_size: Annotated[int, Field(ge=1, le=MAX_ROWS)] = 25
    version: str | None = None
    selected: tuple[str, ...] = ()


class RunRows:
    """Makes the list's rows; text columns of the newest list are cached per language."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._made: LRUCache[tuple[str, str], WordColumns] = LRUCache(2)
        self._lists: LRUCache[tuple[str, str, RunQuery], dict[str, Any]] = LRUCache(2)
        self._lock = threading.Lock()

    def all_rows(self, view: RunView, columns: tuple[ColumnRef, ...]) -> dict[str, Any]:
        """Returns all rows with these columns, as `listing` does, for a browser that sorts and filters itself."""
        query = RunQuery(columns=columns, archived=True)  # archived runs included: the browser filters them
        key = (known_table(view).version, language(), query)
        with self._lock:
            found = self._lists.get(key)
        if found is not None:
            return found
        made = listing(self.known(view), query, None)
        if not made["pending"]:
            with self._lock:
                self._lists[key] = made
        return made

    def known(self, view: RunView) -> ListData:
        """Returns the runs of `view` and their columns in the language of this request.

        Raises if nothing is known yet.
        """
        table, as_of = known_table(view), view.as_of or datetime.now(UTC)

        # Cached per request: later values of a column that is still being read belong to the next request.
        @cache
        def raw(ref: ColumnRef) -> Column:
            return self._services.runs.column(table, ref)

        made = self._words(table)
        lasting = screen_columns(made, raw, np.full(len(table), np.nan))
        shown = screen_columns(made, raw, silent_minutes(table, as_of))
        return ListData(table, raw, shown, lasting, self._services.vocabulary)

    def _words(self, table: RunTable) -> WordColumns:
        source = partial(self._services.runs.column, table)
        with self._lock:
            return self._made.setdefault(
                (table.version, language()), WordColumns(table, source, self._services.vocabulary)
            )


def rows_for(app: dash.Dash, services: Services) -> RunRows:
    """Returns the one instance of this app, so that its cache is shared."""
    made: RunRows = app.server.extensions.setdefault("clew-run-rows", RunRows(services))
    return made


def register(app: dash.Dash, services: Services) -> None:
    """Adds the routes to the server of `app`."""
    server: flask.Flask = app.server
    rows, patience = rows_for(app, services), services.settings.patience_seconds

    def known() -> ListData:
        return rows.known(services.runs.first_view(patience))

    @server.post("/runs/rows")
    @with_message
    def page_of_rows() -> flask.Response:
        rows_query = body_as(RowsQuery)
        return answer(listing(known(), rows_query, Page(rows_query.page, rows_query.page_size), rows_query.selected))

    @server.post("/runs/ids")
    @with_message
    def ids_of_rows() -> flask.Response:
        return answer(matching_ids(known(), body_as(RunQuery)))

    @server.get("/runs/columns")
    @with_message
    def columns() -> flask.Response:
        there = known()
        response = answer(column_menu(there))
        response.set_etag(f"{there.table.version}-{language()}")
        response.headers["Cache-Control"] = "no-cache"
        response.make_conditional(flask.request)
        return response

    @server.get("/runs/list.csv")
    @with_message
    def list_as_csv() -> flask.Response:
        query = _query(flask.request.args.to_dict(flat=False))
        there = known()
        selection = select(there.table, query, there.shown)
        if selection.misfits:
            raise FiltersMisunderstood({f"filter[{ref}]": error for ref, error in selection.misfits.items()})
        refs = query.columns or [ColumnRef(kind="built_in", key=key) for key in BUILT_IN]
        response = flask.Response(csv_pieces(there, refs, selection.rows), mimetype="text/csv")
        # In the file's name, so that the information stays with the numbers.
        name = _FILE if there.table.progress is None else _FILE_OF_A_PART
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _query(parameters: dict[str, list[str]]) -> RunQuery:
    try:
        return RunQuery.from_parameters(parameters)
    except ValidationError as error:
        raise ContractMisfit(misfits_of(error)) from error
