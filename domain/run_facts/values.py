"""Whether two logged texts have the same meaning: numbers by value, lists and dictionaries piece by piece."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,4})?")
# Synonyms in Python, JSON and YAML.
_WORDS: Final = {"true": "true", "false": "false", "none": "null", "null": "null"}
_INFINITE: Final = re.compile(r"([+-]?)(?:inf|infinity)", re.IGNORECASE)
_LONGEST: Final = 20_000
"""A longer text is compared without parsing it."""
_MAX_LEAVES: Final = 500
_DEEPEST: Final = 20


def mean_the_same(one: str, other: str) -> bool:
    """Returns whether both texts mean the same value: 1e-3 and 0.001, True and true."""
    return one == other or meaning(one) == meaning(other)


def meaning(text: str) -> object:
    """Returns the value of a text: a number, a word in one spelling, else the text itself."""
    plain = text.strip()
    if _NUMBER.fullmatch(plain):
        return Decimal(plain)
    if (infinite := _INFINITE.fullmatch(plain)) is not None:
        return (infinite[1] or "+") + "inf"
    if plain.lower() == "nan":
        return "nan"
    return _WORDS.get(plain.lower(), text)


def leaves(text: str) -> Mapping[str, str] | None:
    """Returns the values in a list or dictionary, written as JSON or Python, by their paths, such as `.net[0]`.

    None for any other text, and for one with too many values to compare piece by piece.
    """
    value = _parsed(text)
    if not isinstance(value, dict | list | tuple) or not value:
        return None
    found: dict[str, str] = {}
    for path, leaf in _walked(value, "", _DEEPEST):
        found[path] = leaf
        if len(found) > _MAX_LEAVES:
            return None
    return found


def _parsed(text: str) -> Any:
    plain = text.strip()
    if len(plain) > _LONGEST or plain[:1] not in ("{", "[", "("):
        return None
    try:
        return json.loads(plain)
    except (ValueError, RecursionError):
        pass  # it may be written in Python's syntax
    try:
        return ast.literal_eval(plain)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _walked(value: Any, path: str, deepest: int) -> Iterator[tuple[str, str]]:
    if deepest and value and isinstance(value, dict):
        for key, inner in value.items():
            yield from _walked(inner, f"{path}.{key}", deepest - 1)
    elif deepest and value and isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from _walked(inner, f"{path}[{place}]", deepest - 1)
    else:
        yield path, value if isinstance(value, str) else _written(value)


def _written(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):  # a set, bytes, a complex number
        return repr(value)
