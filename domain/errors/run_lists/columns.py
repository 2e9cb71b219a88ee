"""Errors in a requested column, or in the tool chosen to read runs by."""

from domain.errors import BadInput
from domain.messages import template


class ColumnUnknown(BadInput):
    """The run list cannot have such a column."""

    text = template("There is no column “{column}”.")
    column: str


class ColumnKeyMissing(BadInput):
    """A column of a parameter, tag or metric lacks its key."""

    text = template("“{column}” is incomplete: a name must follow the colon.")
    column: str


class ColumnTooLong(BadInput):
    """The column's name is too long."""

    text = template("A column can have {most} characters at most.")
    most: int


class ToolUnknown(BadInput):
    """There is no profile for the tool that an experiment should be read as."""

    text = template("There is no profile of a tool “{tool}”.")
    tool: str
