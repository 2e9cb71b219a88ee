"""Moments as other programs write them, and which of them are plausible."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

# Pydantic's text for this validator's error; domain/errors/misfits.py has its translation, by type.
YEAR_OUT_OF_RANGE: Final = "Value error, is outside the years 1 to 9999"


def utc_now() -> datetime:
    """Returns the current time in UTC."""
    return datetime.now(UTC)


def in_utc(moment: datetime) -> datetime:
    """Returns the same moment in UTC; one without a time zone counts as UTC, since ISO 8601 leaves it open.

    Raises pydantic's `PydanticCustomError`, a ValueError, where UTC has no such year. Unusual zones, with seconds for
    example, would not survive JSON.
    """
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise PydanticCustomError("year_out_of_range", YEAR_OUT_OF_RANGE) from error


Moment = Annotated[datetime, AfterValidator(in_utc)]


# MLflow is from 2018, and data copied into it is little older; clocks that were never set begin in 1970, 1980 or 2000.
EARLIEST_MS: Final = round(datetime(2010, 1, 1, tzinfo=UTC).timestamp() * 1000)
_AHEAD: Final = timedelta(days=2)
TimeUnitMeant = Literal["s", "µs", "ns"]
_PER_MS: Final[dict[TimeUnitMeant, float]] = {"s": 1e-3, "µs": 1e3, "ns": 1e6}


def latest_ms(now: datetime) -> int:
    """Returns the last plausible moment, in Unix ms, at `now`: the end of tomorrow (UTC), as clocks may be ahead.

    It is the same all day, so that results computed with it can be cached.
    """
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return round((today + _AHEAD).timestamp() * 1000) - 1


def is_plausible(unix_ms: int, now: datetime) -> bool:
    """Returns whether this number is a plausible moment in Unix ms; counts of seconds or ns are not, nor is 0."""
    return EARLIEST_MS <= unix_ms <= latest_ms(now)


def plausible(unix_ms: NDArray[np.int64], latest: int) -> NDArray[np.bool_]:
    """Returns a mask of the plausible moments [n], where `latest` is the result of `latest_ms`."""
    return (unix_ms >= EARLIEST_MS) & (unix_ms <= latest)


def likely_unit(number: int, now: datetime) -> TimeUnitMeant | None:
    """Returns the unit in which `number`, implausible as Unix ms, would be plausible; None where there is none."""
    return next((unit for unit, per_ms in _PER_MS.items() if is_plausible(round(number / per_ms), now)), None)
