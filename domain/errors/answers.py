"""What is wrong with an answer, for checks beyond pydantic's; and answers without a reason."""

from domain.messages import Message, template


class TooLong(Message):
    """More bytes were sent or announced than are read."""

    text = template("longer than {mib} MiB")
    mib: int


class NotJson(Message):
    """The answer is not JSON; `excerpt` is its beginning, quoted."""

    text = template("is not JSON (HTTP {http_status}): {excerpt}")
    http_status: int
    excerpt: str


class NotAsMlflowSends(Message):
    """A file lacks the headers that MLflow sends: another server answered, such as a login page."""

    text = template("is not a file as MLflow sends one")


class UnexpectedStatus(Message):
    """A status that the contract does not define."""

    text = template("HTTP {http_status} was not expected")
    http_status: int


class NoPicture(Message):
    """The answer is not a picture."""

    text = template("is not a picture")


class NotAModelList(Message):
    """The answer is not a list of models."""

    text = template("is not a list of models")


class NotA64BitInteger(Message):
    """A step or a time of a metric is not a 64-bit integer."""

    text = template("is not a 64-bit integer")


class NotANumber(Message):
    """A metric's value is not a number."""

    text = template("is not a number")


class NotAText(Message):
    """A cell of a database is not a text."""

    text = template("is not text")


class NotARow(Message):
    """A list of points contains something other than rows."""

    text = template("contains something that is not a row")


class HistoryChanged(Message):
    """The pages of a history are inconsistent."""

    text = template("the history changed while it was read")


class UnknownRun(Message):
    """A point belongs to a run that was not requested."""

    text = template("is not one of the requested runs")


class OutsideRange(Message):
    """A point is outside of the requested steps."""

    text = template("is outside the requested range")


class AnotherActivated(Message):
    """The server reports that it activated another model; both ids are quoted."""

    text = template("{answered} was activated, not {asked}")
    answered: str
    asked: str


class AnotherAnswered(Message):
    """The server answered for another model; both ids are quoted."""

    text = template("{answered} was returned for {asked}")
    answered: str
    asked: str


class ModelField(Message):
    """A field of one of several models."""

    text = template("model {model_id}, {field}")
    model_id: str
    field: str


class NoReason(Message):
    """A refusal without a reason."""

    text = template("no reason given")


class NoReasonFor(Message):
    """A refusal with nothing but a status."""

    text = template("It answered HTTP {http_status} without a reason.")
    http_status: int
