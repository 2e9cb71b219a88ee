"""What about an answer does not fit, as only we check it; and answers without a reason."""

from domain.messages import Message, template


class TooLong(Message):
    """More bytes came, or were announced, than are read."""

    text = template("longer than {mib} MiB")
    mib: int


class NotJson(Message):
    """What came is no JSON; `excerpt` is how it begins, quoted."""

    text = template("is not JSON (HTTP {http_status}): {excerpt}")
    http_status: int
    excerpt: str


class NotAsMlflowSends(Message):
    """A file came without what MLflow sends beside each: somebody else answered, such as a login page."""

    text = template("is not a file as MLflow sends one")


class UnexpectedStatus(Message):
    """A status that the contract does not have."""

    text = template("HTTP {http_status} was not expected")
    http_status: int


class NoPicture(Message):
    """The answer is no picture."""

    text = template("is no picture")


class NotAModelList(Message):
    """The list of models is something else."""

    text = template("is not a list of models")


class NotA64BitInteger(Message):
    """A step or a time of a metric is no 64-bit integer."""

    text = template("is not a 64-bit integer")


class NotANumber(Message):
    """A metric's value is no number."""

    text = template("is not a number")


class NotAText(Message):
    """A cell of a database that should hold a text."""

    text = template("is no text")


class NotARow(Message):
    """A list of points holds something else."""

    text = template("holds something that is no row")


class HistoryChanged(Message):
    """The pages of a history do not fit together."""

    text = template("the history changed while it was read")


class UnknownRun(Message):
    """A point belongs to a run that was not asked for."""

    text = template("is none of the runs asked for")


class OutsideRange(Message):
    """A point lies outside of the steps asked for."""

    text = template("is outside of what was asked for")


class AnotherActivated(Message):
    """The server says that it activated another model; both ids quoted."""

    text = template("{answered} was activated, not {asked}")
    answered: str
    asked: str


class AnotherAnswered(Message):
    """The server answered for another model; both ids quoted."""

    text = template("{answered} was answered for {asked}")
    answered: str
    asked: str


class ModelField(Message):
    """A field of one of several models."""

    text = template("model {model_id}, {field}")
    model_id: str
    field: str


class NoReason(Message):
    """A refusal without a word."""

    text = template("no reason given")


class NoReasonFor(Message):
    """A refusal of which only the status is known."""

    text = template("It answered HTTP {http_status} without a reason.")
    http_status: int


class NotARequestId(Message):
    """What was sent as a request's id is none."""

    text = template("should be 8 to 64 letters, digits, “.”, “_” and “-”")
