"""Failures of the GPU history, and notes about an incomplete one."""

from domain.errors import BadInput, Name, NotFound, ServiceError
from domain.errors.records import NotFoundThere
from domain.messages import Message, Reason, template


class HistoryNotKept(NotFound):
    """The monitor is configured to keep no history."""

    text = template("This monitor keeps no history: its GPU_HISTORY_HOURS is 0.")


class ExamplesNotKept(Message):
    """The monitor plays an example session."""

    text = template("it plays an example session (GPU_DEMO), and example sessions are not kept")


class HistoryFileDamaged(Message):
    """The monitor's history file was damaged."""

    text = template("the history file {file} was damaged; it is now {kept_as}, and a new one was started")
    file: str
    kept_as: str


class HistoryFileFailing(Message):
    """The monitor cannot write its history; `reason` is SQLite's."""

    text = template("the history cannot be kept in {file}: {reason}")
    file: str
    reason: Reason


class SpanReversed(BadInput):
    """The end of a time span is not after its beginning."""

    text = template("The end of the period must be after its start.")


class SpanTooLong(BadInput):
    """The requested time span is too long."""

    text = template("At most {days} days can be requested at a time.")
    days: int


class TooManySteps(BadInput):
    """The requested time span has too many steps."""

    text = template("That would be {steps} steps, but at most {most} are returned: request longer steps.")
    steps: int
    most: int


class QueryRefused(ServiceError):
    """Prometheus refused the query as wrong or too expensive; `reason` is its own text."""

    text = template("refused the query (HTTP {http_status}): {reason}")
    http_status: int
    reason: Reason


class SeriesOfAnswer(Message):
    """A place in an answer of Prometheus."""

    text = template("series {number}, {field}")
    number: int
    field: str


class TimesOutside(Message):
    """Points of a series are outside of the requested times."""

    text = template("is outside the requested period")


class SeriesLeftOut(Message):
    """Some series of an answer were invalid."""

    text = template("{number} series are left out, the first of them because of this: {reason}")
    service: Name
    number: int
    reason: Reason


class SeriesCutOff(Message):
    """An answer had more series than the limit."""

    text = template("only the first {most} of {number} series are used")
    service: Name
    most: int
    number: int


class OtherSteps(Message):
    """A monitor answered with another number of steps than requested."""

    text = template("{number} is not the requested number of steps")
    number: int


class MonitorSilent(Message):
    """A monitor did not deliver its history; `reason` is why."""

    text = template("The history of {host} is missing. {reason}")
    host: str
    reason: Reason


class MonitorSays(Message):
    """A monitor's note about its history."""

    text = template("{host}: {reason}")
    host: str
    reason: Reason


def is_gap(remark: Reason) -> bool:
    """Returns whether GPUs may be missing because of what a remark says.

    A monitor's own note does not mean that, nor does a host that is configured to keep no history.
    """
    if isinstance(remark, MonitorSilent):
        return not is_history_off(remark.reason)
    return not isinstance(remark, MonitorSays)


def is_history_off(failure: Reason | None) -> bool:
    """Returns whether a monitor answered that it is configured to keep no history."""
    reason = failure.reason if isinstance(failure, NotFoundThere) else failure
    return reason is not None and reason.json_value.get("code") == HistoryNotKept.code
