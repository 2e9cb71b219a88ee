"""Detects parameters and tags that are specific to a single run, not part of its setting: seeds, paths, ids, times.

Names and values are only guesses, so pages list what was left out and why, and users can include it again.
"""

import re
from collections.abc import Callable, Sequence, Set
from enum import StrEnum
from typing import Final, NamedTuple

from domain.grouping.group_ref import GroupRef
from domain.tracking.vocabulary import Vocabulary


class RunSpecific(StrEnum):
    """Why a value is specific to its run."""

    SEED = "seed"
    PATH = "path"
    ID = "id"
    TIME = "time"
    OWN = "own"
    """No two runs share the value, and it is not a number, which a user may have chosen."""


class Seeds(NamedTuple):
    """The keys of the runs' seeds, and whether the seed is the same in all runs."""

    keys: Set[str]
    repeat: bool


# Two runs that differ in a text, say `adam` and `sgd`, differ in their setting; three different texts may be names.
_MIN_FOR_OWN: Final = 3
_LONGEST_SETTING: Final = 250
_WORDS: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W_]+")
_PATH_WORDS: Final = {"dir", "directory", "logdir", "folder", "file", "filename", "filepath", "path"}
_ID_WORDS: Final = {"id", "uuid", "guid", "hash", "sha", "commit"}
_TIME_WORDS: Final = {"timestamp", "date", "datetime"}
_PATH: Final = re.compile(r"(?:[/~\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\]|[a-z][a-z0-9+.-]*://).*", re.DOTALL)
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HEX: Final = re.compile(r"(?=.*[a-f])(?=.*\d)[0-9a-f]{7,128}", re.IGNORECASE)
_DIGIT_THEN_LETTER: Final = re.compile(r"(?=.*\d[a-z])[0-9a-z]{8}")
_MOMENT: Final = re.compile(
    r"(?:19|20)\d\d-[01]\d-[0-3]\d|(?:19|20)\d\d[01]\d[0-3]\d[-_T ]?[0-2]\d[0-5]\d"
    r"|[A-Z][a-z]{2}[ _]?[0-3]?\d[_ -][0-2]\d[:-][0-5]\d"
)
_EPOCH: Final = re.compile(r"1[0-9]{9}(?:[0-9]{3})?(?:\.\d+)?")


def run_specific(ref: GroupRef, logged: Sequence[str], vocabulary: Vocabulary, seeds: Seeds) -> RunSpecific | None:
    """Returns why these logged values are run-specific; None if they are part of the setting.

    A value that several runs share is a setting, whatever it looks like. If all runs have one seed, they differ in
    something else on purpose, which may be a text that no two share.
    """
    if ref.is_self_explanatory(vocabulary) or not logged:
        return None
    if ref.kind == "param" and ref.key in seeds.keys:
        return RunSpecific.SEED
    distinct = set(logged)
    if len(logged) > 1 and 2 * len(distinct) <= len(logged):
        return None
    if (shape := _shape(ref.key, distinct)) is not None:
        return shape
    is_own = len(distinct) == len(logged) >= _MIN_FOR_OWN and not seeds.repeat and not any(map(_is_number, distinct))
    return RunSpecific.OWN if is_own or any(len(text) > _LONGEST_SETTING for text in distinct) else None


def _shape(key: str, values: set[str]) -> RunSpecific | None:
    words = {word.lower() for word in _WORDS.findall(key)}
    if words & {"seed", "seeds"}:
        return RunSpecific.SEED
    if _all(values, _is_path) or (words & _PATH_WORDS and any("/" in text or "\\" in text for text in values)):
        return RunSpecific.PATH
    if words & _TIME_WORDS or _all(values, _is_time):
        return RunSpecific.TIME
    return RunSpecific.ID if words & _ID_WORDS or _all(values, _is_id) else None


def _all(values: set[str], looks: Callable[[str], bool]) -> bool:
    return all(looks(text) for text in values)


def _is_path(text: str) -> bool:
    return _PATH.fullmatch(text) is not None


def _is_id(text: str) -> bool:
    return any(shape.fullmatch(text) for shape in (_UUID, _HEX, _DIGIT_THEN_LETTER)) and not _is_number(text)


def _is_time(text: str) -> bool:
    """Returns whether it is a moment; a round number of ten digits is a count of steps."""
    text = text[:_LONGEST_SETTING]
    return _MOMENT.search(text) is not None or (_EPOCH.fullmatch(text) is not None and not text.endswith("000"))


def _is_number(text: str) -> bool:
    """Returns whether it is a number or a truth value, which are both chosen settings."""
    if text.lower() in ("true", "false", "none", "null", ""):
        return True
    try:
        float(text[:_LONGEST_SETTING])
    except ValueError:
        return False
    return True
