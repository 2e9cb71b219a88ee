"""Why runs cannot be grouped as requested."""

from domain.errors import BadInput
from domain.messages import Reason, template


class GroupRefUnknown(BadInput):
    """Neither a parameter, nor a tag, nor another attribute of runs."""

    text = template("Runs cannot be grouped by “{ref}”.")
    ref: str


class NamePatternInvalid(BadInput):
    """The pattern is no regular expression, or of a kind that may take exponential time; `reason` is RE2's."""

    text = template("The pattern “{pattern}” is invalid: {reason}")
    pattern: str
    reason: Reason


class NamePatternTooLong(BadInput):
    """The pattern is too long."""

    text = template("A pattern for names can have {most} characters at most.")
    most: int
