"""`/api/runs`: the runs that match filters, in any order, whole or by pages, with all fields or with chosen columns."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
from flask import Blueprint, Response, request

from api.run_lists.columns import as_answered, name_of, ref_of
from api.run_lists.queries import ListQuery
from api.shapes import RunCells
from domain.errors import BadInput, ServiceUnavailable
from domain.errors.run_lists.columns import ColumnKeyMissing, ColumnTooLong, ColumnUnknown
from domain.errors.run_lists.filters import FiltersMisunderstood
from domain.errors.services import RunsStillComing
from domain.run_changes.marks import Mark
from domain.run_facts.run_summary import RunSummary, summarise
from domain.run_table.column_refs import ColumnRef
from domain.run_table.columns import Column, NumberColumn, TextColumn
from domain.run_table.query import ColumnSource, RunQuery, Selection, select
from domain.run_table.table import RunTable
from services.connect import Services
from services.tracking.known_runs import whole_table
from serving.operations.failures import AS_OF, NOT_CHANGED
from serving.operations.headers import as_of
from serving.operations.operation import operation
from serving.operations.wire import answer

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTS: Final = ("seed", "episodes")
_HEADERS: Final = AS_OF | {
    "X-Total-Count": "The number of runs that match the filters, on all pages.",
    "Link": 'The next page, as `<?…>; rel="next"`, relative to this address; absent on the last page.',
    "X-Archived-Count": "The number of archived runs that are left out; absent if `archived` is true.",
    "X-Pending": "The number of values of the requested columns that are still being read; absent if none.",
    "ETag": "The version of the list: if it differs on a later page, runs have changed in between.",
}


def blueprint(services: Services) -> Blueprint:
    """Returns the route of the list of the runs in `services`."""
    routes = Blueprint("run_list", __name__, url_prefix="/runs")

    @routes.get("")
    @operation(
        *(FiltersMisunderstood, ColumnUnknown, ColumnKeyMissing, ColumnTooLong, BadInput),
        *(RunsStillComing, ServiceUnavailable),
        answers=list[RunSummary] | list[RunCells],
        headers=_HEADERS,
        also=NOT_CHANGED,
    )
    def all_runs(query: ListQuery) -> Response:
        """Lists all runs, or those that match every filter.

        In a filter everything is text, except explicit operators.
        """
        requested = query.run_query
        view = services.runs.whole_view(services.settings.patience_seconds)
        table = whole_table(view)
        columns = as_answered(table, _columns(table, services), services.vocabulary)
        selection = select(table, requested, columns)
        _refuse_misfits(selection)
        part = query.slice_of(len(selection.rows))
        rows = selection.rows[part].tolist()
        response = _answer(table, requested.columns, rows, columns, services)
        _describe_page(response, len(selection.rows), query.page or 0, part.stop if rows else None)
        if not requested.archived:
            response.headers["X-Archived-Count"] = str(int(np.count_nonzero(table.is_marked(Mark.ARCHIVED))))
        pending = sum(columns(ref).pending for ref in requested.refs)
        response.headers.update(as_of(view.as_of))
        return _with_version(response, table.version, pending)

    return routes


def matching_run_ids(requested: RunQuery, services: Services) -> list[str]:
    """Returns the ids of the runs that match a query, in its order; raises if not all runs are known."""
    table = whole_table(services.runs.whole_view(services.settings.patience_seconds))
    columns = as_answered(table, _columns(table, services), services.vocabulary)
    selection = select(table, requested, columns)
    _refuse_misfits(selection)
    return [table.run_ids[row] for row in selection.rows.tolist()]


def _refuse_misfits(selection: Selection) -> None:
    if selection.misfits:
        raise FiltersMisunderstood({f"filter[{name_of(ref)}]": why for ref, why in selection.misfits.items()})


def _columns(table: RunTable, services: Services) -> ColumnSource:
    """Returns the content of a column at the time of the request, even if more of it is still being read."""
    return cache(lambda ref: services.runs.column(table, ref))


def _answer(
    table: RunTable, refs: Sequence[ColumnRef], rows: Sequence[int], columns: ColumnSource, services: Services
) -> Response:
    if not refs:
        return answer(list[RunSummary], [summarise(run, services.vocabulary) for run in table.runs(rows)])
    logged = _columns(table, services)
    chosen = [ref_of("run_id"), *refs]
    # The last value of a diverged metric is included, as in the answer for one run; a field without value is null.
    found = [(name_of(ref), logged(ref) if ref.kind != "built_in" else columns(ref)) for ref in chosen]
    return answer(list[RunCells], [{name: _cell(name, column, row) for name, column in found} for row in rows])


def _cell(name: str, column: Column, row: int) -> Any:
    if isinstance(column, NumberColumn):
        return _number(name, column, row)
    if isinstance(column, TextColumn):
        return column.at(row)
    ms = column.at(row)
    return None if ms is None else _EPOCH + timedelta(milliseconds=ms)


def _number(name: str, column: NumberColumn, row: int) -> Any:
    """Returns the value's JSON form: a parameter or a tag is the logged text, even if all runs have numbers."""
    if column.logged_as is not None:
        return column.logged_as.at(row)
    value, why = column.at(row), column.reasons.get(row)
    if value is None:
        return None if why is None or why.diverged is None else why.diverged.value
    return int(value) if name in _COUNTS else value


def _describe_page(response: Response, total: int, page: int, next_row: int | None) -> None:
    """Adds headers with the number of runs on all pages, and the address of the next page."""
    response.headers["X-Total-Count"] = str(total)
    if next_row is not None and next_row < total:
        response.headers["Link"] = f'<{_address_of(page + 1)}>; rel="next"'


def _with_version(response: Response, version: str, pending: int) -> Response:
    """Adds the version of the list, and the number of values that are still being read for it."""
    response.set_etag(version)
    response.headers["Cache-Control"] = "no-cache"
    if pending:
        response.headers["X-Pending"] = str(pending)
    else:
        response.make_conditional(request)
    return response


def _address_of(page: int) -> str:
    """Returns the address of another page, relative to the requested one, since a proxy's prefix is unknown."""
    given = request.args.to_dict(flat=False)
    pairs = [(name, text) for name, texts in given.items() if name != "page" for text in texts]
    return "?" + urlencode([*pairs, ("page", str(page))])
