"""What can be wrong with the history of the GPUs, and what is to be said of one that is not whole."""

from domain.errors import BadInput, Name, NotFound, ServiceError
from domain.messages import Message, Reason, template


class HistoryNotKept(NotFound):
    """A monitor that was told to keep nothing."""

    text = template("This monitor keeps no history: its GPU_HISTORY_HOURS is 0.")


class ExamplesNotKept(Message):
    """A monitor plays an example session."""

    text = template("it plays an example session (GPU_DEMO), and example sessions are not kept")


class HistoryFileDamaged(Message):
    """What a monitor kept could not be read any more."""

    text = template("the history file {file} was damaged; it is now {kept_as}, and a new one was begun")
    file: str
    kept_as: str


class HistoryFileFailing(Message):
    """A monitor cannot write what it keeps; `reason` is SQLite's."""

    text = template("the history cannot be kept in {file}: {reason}")
    file: str
    reason: Reason


class SpanReversed(BadInput):
    """The end of a span of time is not behind its beginning."""

    text = template("The end of the time has to be after its beginning.")


class SpanTooLong(BadInput):
    """More time was asked for than is ever drawn."""

    text = template("At most {days} days can be asked for at a time.")
    days: int


class TooManySteps(BadInput):
    """A span was to be told in more steps than are told."""

    text = template("That would be {steps} steps, and at most {most} are told: ask for longer ones.")
    steps: int
    most: int


class QueryRefused(ServiceError):
    """Prometheus took the query for wrong, or for too much; `reason` is its own."""

    text = template("refused the query (HTTP {http_status}): {reason}")
    http_status: int
    reason: Reason


class SeriesOfAnswer(Message):
    """A place in an answer of Prometheus."""

    text = template("series {number}, {field}")
    number: int
    field: str


class TimesOutside(Message):
    """Points of a series lie where none was asked for."""

    text = template("lies outside of the times asked for")


class SeriesLeftOut(Message):
    """Some series of an answer did not fit."""

    text = template("{number} series are left out, the first of them because of this: {reason}")
    service: Name
    number: int
    reason: Reason


class SeriesCutOff(Message):
    """An answer had more series than are taken."""

    text = template("only the first {most} of {number} series are taken")
    service: Name
    most: int
    number: int


class OtherSteps(Message):
    """A monitor told a span in other steps than it was asked for."""

    text = template("{number} is not the number of steps asked for")
    number: int


class MonitorSilent(Message):
    """A monitor told nothing of its history; `reason` says why."""

    text = template("The history of {host} is missing. {reason}")
    host: str
    reason: Reason


class MonitorSays(Message):
    """What a monitor says of what it keeps."""

    text = template("{host}: {reason}")
    host: str
    reason: Reason
