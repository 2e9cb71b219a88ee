"""What a reader asks of the history: of which span, which measure, by what, and of whom."""

from collections.abc import Mapping
from typing import Annotated, Final, NamedTuple

from pydantic import Field, ValidationError

from domain.fleet.series import Measure
from domain.fleet.spans import Span
from domain.fleet.usage import Grouping

DRAWN: Final = (Measure.UTILIZATION, Measure.MEMORY_USED, Measure.TEMPERATURE, Measure.POWER)


class FleetQuestion(Span):
    """A span, the measure that is drawn, what a line and a row are of, and a text that stands in their names."""

    measure: Measure = Measure.UTILIZATION
    by: Grouping = Grouping.GPU
    q: Annotated[str, Field(max_length=200)] = ""

    @property
    def span(self) -> Span:
        """The span alone: what is read of it does not depend on the rest."""
        return Span(range=self.range, since_ms=self.since_ms, until_ms=self.until_ms)


class Asked(NamedTuple):
    """A question, and the parts of an address that none could be made of."""

    question: FleetQuestion
    odd: list[str]


def asked_in(address: Mapping[str, str]) -> Asked:
    """Returns the question of an address; what is odd in it is as if it were not there, and named."""
    given = {name: address[name] for name in FleetQuestion.model_fields if name in address}
    try:
        question = FleetQuestion.model_validate(given)
    except ValidationError as error:
        wrong = {str(one["loc"][0]) if one["loc"] else "since_ms" for one in error.errors()}
        kept = {name: text for name, text in given.items() if name not in wrong | {"since_ms", "until_ms"}}
        return Asked(
            FleetQuestion.model_validate(kept), sorted(f"{name}={given[name]}" for name in wrong if name in given)
        )
    if question.measure in DRAWN:
        return Asked(question, [])
    return Asked(question.model_copy(update={"measure": Measure.UTILIZATION}), [f"measure={question.measure}"])
