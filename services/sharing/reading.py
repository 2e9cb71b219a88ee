"""A value shared by the workers of one host: the value, and the outcome of the newest attempt to read it."""

from datetime import UTC, datetime
from typing import Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict

from services.failures import Failure
from services.sharing.atomic_file import Stamp

_NEVER = datetime.min.replace(tzinfo=UTC)
T = TypeVar("T")


class Attempt(BaseModel):
    """The newest attempt to read a value, by any worker."""

    model_config = ConfigDict(frozen=True)

    began_at: datetime
    ended_at: datetime
    took_seconds: float
    """By a monotonic clock."""
    scope: str = ""
    """What was to be read, if there are several kinds of readings."""
    as_of: datetime | None = None
    """When the reading of the present value began; None where there is none yet."""
    failure: Failure | None = None
    token: str | None = None
    """The token of the last change that the value may include."""
    value_stamp: Stamp | None = None
    """The stamp of the value's file: the attempt does not describe any other file."""


class Reading(NamedTuple, Generic[T]):
    """What is known: the value (None before the first answer), and the newest attempt."""

    value: T | None = None
    attempt: Attempt | None = None

    @property
    def as_of(self) -> datetime | None:
        """When the value was read."""
        return None if self.attempt is None or self.value is None else self.attempt.as_of

    @property
    def failure(self) -> Failure | None:
        """The failure of the last attempt, if it failed."""
        return None if self.attempt is None else self.attempt.failure

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known yet, not even a failure."""
        return self.value is None and self.failure is None


def past(moment: datetime | None) -> datetime:
    """Returns `moment`; a time in the future, after a clock change, counts as never, and so does None."""
    return _NEVER if moment is None or moment > datetime.now(UTC) else moment


def combined(one: Reading[T], other: Reading[T]) -> Reading[T]:
    """Combines the later attempt with the later successful value: a failure does not discard a value."""
    newer, older = (one, other) if _newness(one) >= _newness(other) else (other, one)
    if older.value is None or newer.attempt is None:
        return newer
    if newer.value is not None and past(older.as_of) <= past(newer.as_of):
        return newer
    return Reading(older.value, newer.attempt.model_copy(update={"as_of": older.as_of}))


def _newness(reading: Reading[T]) -> tuple[datetime, datetime, float, bool]:
    """Returns a sort key for readings: the result of an attempt comes after what was shown during it."""
    if reading.attempt is None:
        return _NEVER, _NEVER, 0.0, reading.value is not None
    attempt = reading.attempt
    return past(attempt.began_at), past(reading.as_of), attempt.took_seconds, reading.value is not None
