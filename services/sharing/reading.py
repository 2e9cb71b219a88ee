"""What is known of a value that the workers of one host share: the value, and how the newest try to read it went."""

from datetime import UTC, datetime
from typing import Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict

from services.failures import Failure
from services.sharing.atomic_file import Stamp

_NEVER = datetime.min.replace(tzinfo=UTC)
T = TypeVar("T")


class Attempt(BaseModel):
    """How the newest try to read a value went, whichever worker made it."""

    model_config = ConfigDict(frozen=True)

    began_at: datetime
    ended_at: datetime
    took_seconds: float
    """By a clock that nobody sets."""
    scope: str = ""
    """What was asked for, where several things can be."""
    as_of: datetime | None = None
    """When the reading began that brought the value; None where there is none yet."""
    failure: Failure | None = None
    token: str | None = None
    """Of the last change that the value may know of."""
    value_stamp: Stamp | None = None
    """Of the file with the value: another one there is not what this tells of."""


class Reading(NamedTuple, Generic[T]):
    """What is known: the value (None before the first answer), and how the newest try went."""

    value: T | None = None
    attempt: Attempt | None = None

    @property
    def as_of(self) -> datetime | None:
        """When the value was read."""
        return None if self.attempt is None or self.value is None else self.attempt.as_of

    @property
    def failure(self) -> Failure | None:
        """What failed since, if anything."""
        return None if self.attempt is None else self.attempt.failure

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known yet, not even a failure."""
        return self.value is None and self.failure is None


def past(moment: datetime | None) -> datetime:
    """Returns `moment`; what a clock that was set back puts in the future counts as never, and so does None."""
    return _NEVER if moment is None or moment > datetime.now(UTC) else moment


def together(one: Reading[T], other: Reading[T]) -> Reading[T]:
    """Returns the later attempt beside the value of the later one that went well: a failure takes no value away."""
    newer, older = (one, other) if _newness(one) >= _newness(other) else (other, one)
    if older.value is None or newer.attempt is None:
        return newer
    if newer.value is not None and past(older.as_of) <= past(newer.as_of):
        return newer
    return Reading(older.value, newer.attempt.model_copy(update={"as_of": older.as_of}))


def _newness(reading: Reading[T]) -> tuple[datetime, datetime, float, bool]:
    """Orders views: of one attempt, what it brought comes after all that was shown while it was under way."""
    if reading.attempt is None:
        return _NEVER, _NEVER, 0.0, reading.value is not None
    attempt = reading.attempt
    return past(attempt.began_at), past(reading.as_of), attempt.took_seconds, reading.value is not None
