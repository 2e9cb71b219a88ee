"""Why something makes no groups of runs."""

from domain.errors import BadInput
from domain.messages import Reason, template


class GroupRefUnknown(BadInput):
    """Neither a parameter, nor a tag, nor anything else that runs have."""

    text = template("Runs cannot be grouped by “{ref}”.")
    ref: str


class NamePatternInvalid(BadInput):
    """No regular expression, or one of a kind that can take for ever; `reason` are RE2's words."""

    text = template("The pattern “{pattern}” is not understood: {reason}")
    pattern: str
    reason: Reason


class NamePatternTooLong(BadInput):
    """A longer pattern than anybody writes for names."""

    text = template("A pattern for names can have {most} characters at most.")
    most: int
