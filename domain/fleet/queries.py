"""A user's query of the GPU history: time span, measure, grouping and search text."""

from collections.abc import Mapping
from typing import Annotated, Final, NamedTuple

from pydantic import Field, ValidationError

from domain.fleet.series import Measure
from domain.fleet.spans import Span
from domain.fleet.usage import Grouping

DRAWN: Final = (Measure.UTILIZATION, Measure.MEMORY_USED, Measure.TEMPERATURE, Measure.POWER)


class FleetQuery(Span):
    """A time span, the measure to draw, what lines and rows are grouped by, and a text to search for in their names."""

    measure: Measure = Measure.UTILIZATION
    by: Grouping = Grouping.GPU
    q: Annotated[str, Field(max_length=200)] = ""

    @property
    def span(self) -> Span:
        """The span alone, which determines the data to read."""
        return Span(range=self.range, since_ms=self.since_ms, until_ms=self.until_ms)


class QueryOfAddress(NamedTuple):
    """A query, and the invalid parts of the address it was read from."""

    query: FleetQuery
    odd: list[str]


def query_in(address: Mapping[str, str]) -> QueryOfAddress:
    """Reads the query in an address; invalid parts are ignored and listed."""
    given = {name: address[name] for name in FleetQuery.model_fields if name in address}
    try:
        query = FleetQuery.model_validate(given)
    except ValidationError as error:
        wrong = {str(one["loc"][0]) if one["loc"] else "since_ms" for one in error.errors()}
        kept = {name: text for name, text in given.items() if name not in wrong | {"since_ms", "until_ms"}}
        return QueryOfAddress(
            FleetQuery.model_validate(kept), sorted(f"{name}={given[name]}" for name in wrong if name in given)
        )
    if query.measure in DRAWN:
        return QueryOfAddress(query, [])
    return QueryOfAddress(query.model_copy(update={"measure": Measure.UTILIZATION}), [f"measure={query.measure}"])
