"""What is wrong with what was typed to filter a list by."""

from domain.errors import BadInput
from domain.errors.requests import RequestRefused
from domain.messages import Message, template


class FiltersMisunderstood(RequestRefused):
    """Some of what was given to filter by makes no sense."""

    text = template("Not all of these filters make sense.")
    status = 400


class NoFilterOf(Message):
    """There is no such field to filter by."""

    text = template("there is no such filter")


class FilterMisunderstood(BadInput):
    """What was typed to filter a column by makes no sense there; it filters nothing."""


class NumberUnreadable(FilterMisunderstood):
    """No number, where only numbers can be."""

    text = template("“{typed}” is not a number.")
    typed: str


class DateUnreadable(FilterMisunderstood):
    """No date, nor the beginning of one, where only those can be."""

    text = template("“{typed}” is not a date such as 2026-11 or 2026-11-20 18:05.")
    typed: str


class OperandMissing(FilterMisunderstood):
    """An operator with nothing behind it, where it can be no text."""

    text = template("Nothing follows “{operator}”.")
    operator: str


class RangeBackwards(FilterMisunderstood):
    """A range that ends before it begins."""

    text = template("The range from “{low}” to “{high}” is empty: the first has to be the lesser.")
    low: str
    high: str


class FilterTooLong(FilterMisunderstood):
    """More text than any cell would be looked for by."""

    text = template("A filter can have {most} characters at most.")
    most: int


class TooManyAlternatives(FilterMisunderstood):
    """So many sides of `or` that a browser's table could not read them."""

    text = template("There are too many “or”: {most} alternatives at most.")
    most: int
