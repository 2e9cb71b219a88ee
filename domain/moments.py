"""Moments as others write them, and which of them a clock can have told."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

# As pydantic says what a validator of ours refuses; domain/errors/misfits.py has it in all languages, by its type.
YEAR_OUT_OF_RANGE: Final = "Value error, is outside the years 1 to 9999"


def in_utc(moment: datetime) -> datetime:
    """Returns the same moment in UTC; one without a zone is taken for UTC, as ISO 8601 leaves it open.

    Raises pydantic's `PydanticCustomError`, a ValueError, where UTC has no such year. An odd zone, of seconds say,
    would not come back from its JSON.
    """
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise PydanticCustomError("year_out_of_range", YEAR_OUT_OF_RANGE) from error


Moment = Annotated[datetime, AfterValidator(in_utc)]


# MLflow is of 2018, and what was copied into it is little older; clocks that nobody set begin in 1970, 1980 or 2000.
EARLIEST_MS: Final = round(datetime(2010, 1, 1, tzinfo=UTC).timestamp() * 1000)
_AHEAD: Final = timedelta(days=2)
TimeUnitMeant = Literal["s", "µs", "ns"]
_PER_MS: Final[dict[TimeUnitMeant, float]] = {"s": 1e-3, "µs": 1e3, "ns": 1e6}


def latest_ms(now: datetime) -> int:
    """Returns the last moment, in Unix ms, that a clock can tell at `now`: the end of tomorrow (UTC), for some run
    ahead.

    It is the same all day, so that what was worked out with it can be kept.
    """
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return round((today + _AHEAD).timestamp() * 1000) - 1


def is_believable(unix_ms: int, now: datetime) -> bool:
    """Returns whether a clock can have told this moment as Unix ms.

    A count of seconds or ns cannot be one, nor can 0.
    """
    return EARLIEST_MS <= unix_ms <= latest_ms(now)


def believable(unix_ms: NDArray[np.int64], latest: int) -> NDArray[np.bool_]:
    """Returns the same of many moments [n], where `latest` is what `latest_ms` says."""
    return (unix_ms >= EARLIEST_MS) & (unix_ms <= latest)


def unit_meant(number: int, now: datetime) -> TimeUnitMeant | None:
    """Returns the unit in which `number`, which is no believable Unix ms, would be one; None where there is none."""
    return next((unit for unit, per_ms in _PER_MS.items() if is_believable(round(number / per_ms), now)), None)
