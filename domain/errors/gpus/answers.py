"""What is wrong with a single answer of a GPU driver or a file system."""

from domain.messages import Message, Reason, template


class CountedTooMany(Message):
    """The driver counts more GPUs than a host can have."""

    text = template("the driver counts {number} GPUs")
    number: int


class NotUtf8(Message):
    """A text of the driver is not UTF-8."""

    text = template("is not UTF-8")


class NotUnderstood(Message):
    """An answer of the driver has an unexpected form; `detail` is the library's message."""

    text = template("cannot be understood ({detail})")
    detail: Reason


class CountedNotKnown(Message):
    """The driver counts a GPU, but gives no handle for it."""

    text = template("the driver counts it, but does not recognise it")


class InstanceNotKnown(Message):
    """The driver lists a MIG instance without valid numbers."""

    text = template("the driver lists it, but its number is invalid")


class InstanceTwice(Message):
    """The driver lists two MIG instances with the same numbers."""

    text = template("the driver lists it twice")


class DiskUnreadable(Message):
    """A folder's file system could not be read; `detail` is the system's message."""

    text = template("The disk cannot be read ({detail}).")
    detail: Reason


class DiskSilent(Message):
    """A folder's file system has not answered for `number` seconds."""

    text = template("The disk has not answered for {number} s.")
    number: int
