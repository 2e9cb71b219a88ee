"""Moments as others write them."""

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

# As pydantic says what a validator of ours refuses; domain/errors/misfits.py has it in all languages, by its type.
YEAR_OUT_OF_RANGE: Final = "Value error, is outside the years 1 to 9999"


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC; one without a zone is taken for UTC, as ISO 8601 leaves it open.

    Raises pydantic's `PydanticCustomError`, a ValueError, where UTC has no such year. An odd zone, of seconds say,
    would not come back from its JSON.
    """
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise PydanticCustomError("year_out_of_range", YEAR_OUT_OF_RANGE) from error


Moment = Annotated[datetime, AfterValidator(in_utc)]
