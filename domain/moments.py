"""Moments as others write them."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC; one without a zone is taken for UTC, as ISO 8601 leaves it open.

    Raises `ValueError` where UTC has no such year. An odd zone, of seconds say, would not come back from its JSON.
    """
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("is outside the years 1 to 9999") from error


Moment = Annotated[datetime, AfterValidator(in_utc)]
