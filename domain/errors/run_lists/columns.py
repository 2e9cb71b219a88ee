"""What is wrong with a column that was asked for, or with how runs are to be read."""

from domain.errors import BadInput
from domain.messages import template


class ColumnUnknown(BadInput):
    """The run list has no such column, and can have none."""

    text = template("There is no column “{column}”.")
    column: str


class ColumnKeyMissing(BadInput):
    """A column of a parameter, tag or metric that does not say which."""

    text = template("“{column}” does not say which: a name has to follow the colon.")
    column: str


class ColumnTooLong(BadInput):
    """More text than any name that a tracking server keeps."""

    text = template("A column can have {most} characters at most.")
    most: int


class ToolUnknown(BadInput):
    """What an experiment is to be read as, and no profile is."""

    text = template("There is no profile of a tool “{tool}”.")
    tool: str
