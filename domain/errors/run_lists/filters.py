"""Errors in a list's filters."""

from domain.errors import BadInput
from domain.errors.requests import RequestRefused
from domain.messages import Message, template


class FiltersMisunderstood(RequestRefused):
    """Some of the given filters are invalid."""

    text = template("Some of these filters are invalid.")
    status = 400


class NoFilterOf(Message):
    """There is no such field to filter by."""

    text = template("there is no such filter")


class FilterMisunderstood(BadInput):
    """The text typed as a column's filter is invalid; it filters nothing."""


class NumberUnreadable(FilterMisunderstood):
    """The text is not a number, in a numeric column."""

    text = template("“{typed}” is not a number.")
    typed: str


class DateUnreadable(FilterMisunderstood):
    """The text is neither a date nor the beginning of one, in a date column."""

    text = template("“{typed}” is not a date such as 2026-11 or 2026-11-20 18:05.")
    typed: str


class OperandMissing(FilterMisunderstood):
    """An operator has no operand."""

    text = template("A value is missing after “{operator}”.")
    operator: str


class RangeBackwards(FilterMisunderstood):
    """A range's end is before its beginning."""

    text = template("The range from “{low}” to “{high}” is empty: put the smaller value first.")
    low: str
    high: str


class FilterTooLong(FilterMisunderstood):
    """The filter is too long."""

    text = template("A filter can have {most} characters at most.")
    most: int


class TooManyAlternatives(FilterMisunderstood):
    """The filter has too many alternatives for the browser's table."""

    text = template("There are too many “or”: {most} alternatives at most.")
    most: int
