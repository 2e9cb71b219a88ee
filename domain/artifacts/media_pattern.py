"""A user's pattern for the paths of pictures and videos, matched in linear time.

It is either a template such as `rollouts/{key}-at-{step}.mp4`, where `*` is anything, or a regular expression with a
group `step` and optionally a group `key`.
"""

import re
from functools import lru_cache
from typing import Final

import re2

from domain.errors.artifacts.records import MediaPatternStepless
from domain.patterns.linear import compiled

_MAX_DIGITS: Final = 15
_SLOTS: Final = {"{step}": rf"(?P<step>[0-9]{{1,{_MAX_DIGITS}}})", "{key}": "(?P<key>.+?)", "*": ".*"}
_SLOT: Final = re.compile(r"\{step\}|\{key\}|\*")


class MediaPattern:
    """A pattern for whole paths; one without a slash matches file names in any folder."""

    def __init__(self, pattern: str) -> None:
        """Raises PatternInvalid, MediaPatternStepless and PatternTooLong."""
        has_slots = "{step}" in pattern or "{key}" in pattern
        if has_slots and pattern.count("{step}") != 1:
            raise MediaPatternStepless(pattern=pattern)
        self._compiled = compiled(pattern, _expression(pattern) if has_slots else pattern)
        if "step" not in self._compiled.groupindex:
            raise MediaPatternStepless(pattern=pattern)
        self._is_of_names = "/" not in pattern

    def read(self, path: str) -> tuple[str, int] | None:
        """Returns key and step in a path; None where it does not match.

        Without a group `key`, the key is the text around the step.
        """
        folder, slash, name = path.rpartition("/")
        found = self._compiled.fullmatch(name if self._is_of_names else path)
        step = found and found.group("step")
        if not step or len(step) > _MAX_DIGITS or not step.isascii() or not step.isdigit():
            return None
        begins, ends = found.span(self._compiled.groupindex["step"])
        text = name if self._is_of_names else path
        key = found.groupdict().get("key") or (text[:begins] + text[ends:]).rpartition(".")[0].strip("-_. ")
        return (folder + slash + key if self._is_of_names else key).strip("/") or path, int(step)


@lru_cache(256)
def media_pattern(pattern: str) -> MediaPattern:
    """Returns the pattern, compiled once; raises as MediaPattern does."""
    return MediaPattern(pattern)


def _expression(pattern: str) -> str:
    """Returns the regular expression of a template."""
    parts: list[str] = []
    at = 0
    for slot in _SLOT.finditer(pattern):
        # A repeated {key} matches any text, because a group's name must be unique.
        is_again = slot[0] == "{key}" and any("<key>" in part for part in parts)
        parts += [re2.escape(pattern[at : slot.start()]), ".+?" if is_again else _SLOTS[slot[0]]]
        at = slot.end()
    return "".join([*parts, re2.escape(pattern[at:])])
