"""Queries for lists of runs: which runs, in which order, with which columns, and which page."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.run_lists.columns import KEYED, add_filters, filters_in, ref_of, sort_key
from domain.errors.misfits import misfits_of
from domain.errors.requests import ContractMisfit
from domain.run_table.query import RunQuery, TypedFilter

MAX_ROWS: Final = 1_000
"""Per page."""
_ROWS: Final = 100


class FilterQuery(BaseModel):
    """Which runs: those that match every `filter[…]`."""

    model_config = ConfigDict(frozen=True, extra="allow", json_schema_extra=add_filters)

    __pydantic_extra__: dict[str, tuple[str, ...]]

    experiment: str | None = Field(None, description="Only runs of the experiment with exactly this name.")
    archived: bool = Field(False, description="Whether to include runs that are marked as archived.")

    @property
    def filters(self) -> tuple[TypedFilter, ...]:
        """The filter expressions; raises `FiltersMisunderstood`."""
        return filters_in(self.__pydantic_extra__)

    @property
    def keeps_all(self) -> bool:
        """Whether it matches all runs that are not archived: an empty filter counts as none."""
        return self.experiment is None and not any(one.text.strip() for one in self.filters)

    @property
    def run_query(self) -> RunQuery:
        """The query in the run table's format; raises BadInput or `RequestRefused`."""
        try:
            return RunQuery.model_validate(self._values())
        except ValidationError as error:
            raise ContractMisfit(misfits_of(error)) from error

    def _values(self) -> dict[str, Any]:
        return {"filters": self.filters, "experiment": self.experiment, "archived": self.archived}


class ListQuery(FilterQuery):
    """Which runs, in which order, with which columns, and which page, starting with 0; without a page, all."""

    column: tuple[str, ...] = Field(
        (),
        description=f"Return only the run's id and these columns: fields, or {KEYED}; may be repeated. Every column can"
        " also be used to sort and to filter: `filter[metric:train/loss]=< 0.1`.",
    )
    sort: tuple[str, ...] = Field(
        (),
        description="The field or column to sort by, with a minus before it in descending order; may be repeated, the"
        " first takes precedence. Missing values are last in either direction. By default, the newest start is first.",
    )
    page: Annotated[int, Field(ge=0, le=10**9)] | None = Field(
        None,
        description="The page, from 0; one beyond the last is empty. By default, without `page_size`, all runs.",
    )
    page_size: Annotated[int, Field(ge=1, le=MAX_ROWS)] | None = Field(
        None, description="The number of runs on a page; 100 if only `page` is set."
    )

    def _values(self) -> dict[str, Any]:
        order = tuple(map(sort_key, self.sort))
        return super()._values() | {"columns": tuple(map(ref_of, self.column)), "sort": order}

    def slice_of(self, rows: int) -> slice:
        """Returns the range of rows on the page."""
        if self.page is None and self.page_size is None:
            return slice(0, rows)
        first = (self.page or 0) * self.size
        return slice(first, first + self.size)

    @property
    def size(self) -> int:
        """How many rows a page has."""
        return self.page_size or _ROWS
