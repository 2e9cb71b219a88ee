"""`/api/runs`: the runs that filters leave, in any order, whole or by pages, with all fields or with chosen columns."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import numpy as np
from flask import Blueprint, Response, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.run_columns import as_answered, filters_in, name_of, ref_of, sort_key
from api.runs import dated
from api.shapes import RunCells
from api.wire import answer
from domain.errors.misfits import misfits_of
from domain.errors.requests import ContractMisfit
from domain.errors.run_lists.filters import FiltersMisunderstood
from domain.run_changes.marks import Mark
from domain.run_table.column_refs import ColumnRef
from domain.run_table.columns import Column, NumberColumn, TextColumn
from domain.run_table.query import ColumnSource, RunQuery, Selection, select
from domain.run_table.table import RunTable
from domain.tracking.runs import RunSummary, summarise
from services.connect import Services
from services.tracking.known_runs import whole_table

MOST_ROWS: Final = 1_000
"""Of a page."""
_ROWS: Final = 100
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTS: Final = ("seed", "episodes")


class Paging(BaseModel):
    """Which page is asked for, the first one being 0; without either all runs are one."""

    model_config = ConfigDict(frozen=True)

    page: Annotated[int, Field(ge=0, le=10**9)] | None = None
    page_size: Annotated[int, Field(ge=1, le=MOST_ROWS)] | None = None

    def slice_of(self, rows: int) -> slice:
        """Which of so many rows the page has."""
        if self.page is None and self.page_size is None:
            return slice(0, rows)
        first = (self.page or 0) * self.size
        return slice(first, first + self.size)

    @property
    def size(self) -> int:
        """How many rows a page has."""
        return self.page_size or _ROWS


def blueprint(services: Services) -> Blueprint:
    """The route of the list of the runs in `services`."""
    routes = Blueprint("run_list", __name__, url_prefix="/runs")

    @routes.get("")
    def all_runs() -> Response:
        told = request.args.to_dict(flat=False)
        asked, paging = _query(told), _paging(told)
        view = services.runs.whole_view(services.settings.patience_seconds)
        table = whole_table(view)
        columns = as_answered(table, _columns(table, services), services.vocabulary)
        selection = select(table, asked, columns)
        _refuse_misfits(selection)
        part = paging.slice_of(len(selection.rows))
        rows = selection.rows[part].tolist()
        response = _answer(table, asked.columns, rows, columns, services)
        _describe_page(response, len(selection.rows), paging.page or 0, part.stop if rows else None)
        if not asked.archived:
            response.headers["X-Archived-Count"] = str(int(np.count_nonzero(table.is_marked(Mark.ARCHIVED))))
        pending = sum(columns(ref).pending for ref in asked.refs)
        return dated(_with_version(response, table.version, pending), view)

    return routes


def run_ids_asked_for(services: Services) -> list[str]:
    """The ids of the runs that this request's query leaves, in its order; raises where not all runs are known."""
    asked = _query(request.args.to_dict(flat=False))
    table = whole_table(services.runs.whole_view(services.settings.patience_seconds))
    columns = as_answered(table, _columns(table, services), services.vocabulary)
    selection = select(table, asked, columns)
    _refuse_misfits(selection)
    return [table.run_ids[row] for row in selection.rows.tolist()]


def _refuse_misfits(selection: Selection) -> None:
    if selection.misfits:
        raise FiltersMisunderstood({f"filter[{name_of(ref)}]": why for ref, why in selection.misfits.items()})


def _query(told: Mapping[str, list[str]]) -> RunQuery:
    """Raises BadInput or `RequestRefused` for what makes no sense."""
    experiment = told.get("experiment", [None])[0]
    values = {
        "filters": filters_in(told),
        "columns": tuple(ref_of(name) for name in told.get("column", ())),
        "sort": tuple(sort_key(text) for text in told.get("sort", ())),
        "experiment": experiment,
        "archived": told.get("archived", ["false"])[0],
    }
    try:
        return RunQuery.model_validate(values)
    except ValidationError as error:
        raise ContractMisfit(misfits_of(error)) from error


def _paging(told: Mapping[str, list[str]]) -> Paging:
    try:
        return Paging.model_validate({name: told[name][0] for name in Paging.model_fields if name in told})
    except ValidationError as error:
        raise ContractMisfit(misfits_of(error)) from error


def _columns(table: RunTable, services: Services) -> ColumnSource:
    """What is in a column at the time of the request, also where more of it is still on its way."""
    return cache(lambda ref: services.runs.column(table, ref))


def _answer(
    table: RunTable, refs: Sequence[ColumnRef], rows: Sequence[int], columns: ColumnSource, services: Services
) -> Response:
    if not refs:
        return answer(list[RunSummary], [summarise(run, services.vocabulary) for run in table.runs(rows)])
    logged = _columns(table, services)
    chosen = [ref_of("run_id"), *refs]
    # What a metric ended in is told, as where one run is asked for; a field that has no value is null.
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
    """A parameter or a tag is the text that was logged, also where each run's is a number."""
    if column.logged_as is not None:
        return column.logged_as.at(row)
    value, why = column.at(row), column.reasons.get(row)
    if value is None:
        return None if why is None or why.diverged is None else why.diverged.value
    return int(value) if name in _COUNTS else value


def _describe_page(response: Response, total: int, page: int, next_row: int | None) -> None:
    """Says how many runs there are on all pages, and where the next ones are."""
    response.headers["X-Total-Count"] = str(total)
    if next_row is not None and next_row < total:
        response.headers["Link"] = f'<{_address_of(page + 1)}>; rel="next"'


def _with_version(response: Response, version: str, pending: int) -> Response:
    """Says which version of the list this is, and how many values are still on their way, which belong to it."""
    response.set_etag(version)
    response.headers["Cache-Control"] = "no-cache"
    if pending:
        response.headers["X-Pending"] = str(pending)
    else:
        response.make_conditional(request)
    return response


def _address_of(page: int) -> str:
    """The address of another page, below the one asked for: a proxy's prefix is not ours to know."""
    told = request.args.to_dict(flat=False)
    pairs = [(name, text) for name, texts in told.items() if name != "page" for text in texts]
    return "?" + urlencode([*pairs, ("page", str(page))])
