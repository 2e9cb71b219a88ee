"""Parses typed text to a filter. assets/filter_grammar.js does the same in the browser; both are tested with
cases.json.
"""

import re
from typing import Final, Literal, get_args

from domain.errors.run_lists.filters import (
    DateUnreadable,
    FilterTooLong,
    NumberUnreadable,
    OperandMissing,
    RangeBackwards,
    TooManyAlternatives,
)
from domain.filters.terms import (
    MISSING,
    ComparesMoment,
    ComparesNumber,
    Comparison,
    Contains,
    EqualsText,
    Filter,
    InMoments,
    InNumbers,
    IsMissing,
    Term,
    parsed_number,
)

Kind = Literal["text", "numeric", "mixed", "datetime"]
MAX_CHARACTERS: Final = 2_000
"""Expressions with spaces take time that grows with the square of this."""
MAX_ALTERNATIVES: Final = 100
"""DataTable's parser calls itself for each."""

# Written out, because Python and browsers define white space differently.
_SPACE: Final = "\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_AROUND: Final = re.compile(f"^[{_SPACE}]+|[{_SPACE}]+$")
_OR: Final = re.compile(f"([{_SPACE}]+or[{_SPACE}]+)")
_EQUALITY: Final = re.compile(f"(!?=)[{_SPACE}]+(.+)", re.DOTALL)
_ORDER: Final = re.compile(f"([<>]=?)[{_SPACE}]+(.+)", re.DOTALL)
_OPERATOR: Final = re.compile(f"(!=|[<>]=?|=)[{_SPACE}]*(.*)", re.DOTALL)
_RANGE: Final = re.compile(rf"(.+?)[{_SPACE}]*\.\.[{_SPACE}]*(.+)", re.DOTALL)
_MOMENT: Final = re.compile(
    rf"([0-9]{{4}})(?:[-/]([0-9]{{1,2}})(?:[-/]([0-9]{{1,2}})(?:(?:T|[{_SPACE}]+)([0-9]{{1,2}})"
    r"(?::([0-9]{2})(?::([0-9]{2}))?)?)?)?)?"
)
_SEPARATORS: Final = ("", "-", "-", " ", ":", ":")


def parse(typed: str, kind: Kind) -> Filter:
    """Parses the text typed into the filter box of a column of this kind; raises `FilterMisunderstood`."""
    if len(typed) > MAX_CHARACTERS:
        raise FilterTooLong(MAX_CHARACTERS)
    text = _trimmed(typed)
    if not text:
        return Filter()
    pieces = _OR.split(text)
    if len(pieces) // 2 >= MAX_ALTERNATIVES:
        raise TooManyAlternatives(MAX_ALTERNATIVES)
    term = {"text": _text_term, "numeric": _number_term, "mixed": _mixed_term, "datetime": _moment_term}[kind]
    return Filter(terms=tuple(term(alternative) for alternative in _alternatives(pieces)))


def _trimmed(text: str) -> str:
    return _AROUND.sub("", text)


def _alternatives(pieces: list[str]) -> list[str]:
    """Returns the sides of `or`, joining those within one pair of quotes. `pieces` has each `or` between two sides."""
    found: list[str] = []
    at = 0
    while at < len(pieces):
        end = _closing(pieces, at)
        found.append("".join(pieces[at : end + 1]))
        at = end + 2
    return found


def _closing(pieces: list[str], at: int) -> int:
    """Returns the index of the piece that closes the quotes opened by this one; `at` if it opens none."""
    operand = _operand(pieces[at])
    if not operand.startswith('"') or _is_quoted(operand):
        return at
    return next((end for end in range(at + 2, len(pieces), 2) if pieces[end].endswith('"')), at)


def _operand(text: str) -> str:
    """Returns the operand after the operator of a text column, if there is one."""
    found = _EQUALITY.fullmatch(text)
    return found[2] if found else text


def _is_quoted(text: str) -> bool:
    return len(text) > 2 and text[0] == text[-1] == '"'


def _unquoted(text: str) -> str:
    """Returns `text` without its quotes where these keep the content from being parsed as an operation."""
    return text[1:-1] if _is_quoted(text) and not _is_plain(text[1:-1]) else text


def _is_plain(text: str) -> bool:
    is_operation = _EQUALITY.fullmatch(text) is not None or _order_in(text) is not None
    return text == _trimmed(text) and _OR.search(text) is None and not is_operation


def _order_in(text: str) -> ComparesNumber | None:
    """Parses an order, whose operand must be a number in a text column; other text, such as `> x`, is plain text."""
    found = _ORDER.fullmatch(text)
    number = parsed_number(found[2]) if found else None
    return None if found is None or number is None else ComparesNumber(operator=_comparison(found[1]), number=number)


def _text_term(text: str) -> Term:
    if order := _order_in(text):
        return order
    found = _EQUALITY.fullmatch(text)
    if found is None:
        return Contains(text=_unquoted(text).casefold())
    equality: Literal["=", "!="] = "=" if found[1] == "=" else "!="
    if found[2] == MISSING:
        return IsMissing(operator=equality)
    return EqualsText(operator=equality, text=_unquoted(found[2]).casefold())


def _number_term(text: str) -> Term:
    operator, operand, until = _operation(text)
    if until is not None:
        low, high = _number(operand), _number(until)
        if low > high:
            raise RangeBackwards(operand, until)
        return InNumbers(low=low, high=high)
    if operand == MISSING and (operator == "=" or operator == "!="):
        return IsMissing(operator=operator)
    return ComparesNumber(operator=operator, number=_number(operand))


def _mixed_term(text: str) -> Term:
    """Parses a number if possible, else words; only numbers can be ordered."""
    try:
        return _number_term(text)
    except NumberUnreadable:
        found = _OPERATOR.fullmatch(text)
        if found is None:
            return Contains(text=_unquoted(text).casefold())
        if found[1] not in ("=", "!="):
            raise
        return EqualsText(operator="=" if found[1] == "=" else "!=", text=_unquoted(found[2]).casefold())


def _moment_term(text: str) -> Term:
    operator, operand, until = _operation(text)
    if until is not None:
        low, high = _moment(operand), _moment(until)
        if low[: len(high)] > high[: len(low)]:
            raise RangeBackwards(operand, until)
        return InMoments(low=low, high=high)
    if operand == MISSING and (operator == "=" or operator == "!="):
        return IsMissing(operator=operator)
    return ComparesMoment(operator=operator, moment=_moment(operand))


def _operation(text: str) -> tuple[Comparison, str, str | None]:
    """Splits into operator, operand, and the end of a range if it is one; the default operator is "="."""
    if found := _OPERATOR.fullmatch(text):
        if not found[2]:
            raise OperandMissing(found[1])
        return _comparison(found[1]), found[2], None
    if found := _RANGE.fullmatch(text):
        return "=", found[1], found[2]
    return "=", text, None


def _comparison(text: str) -> Comparison:
    return next(one for one in get_args(Comparison) if one == text)


def _number(text: str) -> float:
    number = parsed_number(text)
    if number is None:
        raise NumberUnreadable(text)
    return number


def _moment(text: str) -> str:
    """Returns the beginning of a date as lists show it; raises DateUnreadable for a date that does not exist."""
    found = _MOMENT.fullmatch(text)
    parts = [part for part in found.groups() if part is not None] if found else []
    if not parts or not _is_in_calendar(*map(int, parts)):
        raise DateUnreadable(text)
    return "".join(
        separator + part.zfill(4 if separator == "" else 2) for separator, part in zip(_SEPARATORS, parts, strict=False)
    )


def _is_in_calendar(year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0, second: int = 0) -> bool:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = 28 + leap if month == 2 else 30 if month in (4, 6, 9, 11) else 31
    return 1 <= month <= 12 and 1 <= day <= days and hour < 24 and minute < 60 and second < 60
