"""Patterns of names as people write them: * stands for anything, ? for one sign; capitals do not count."""

from fnmatch import fnmatchcase


def fits(pattern: str, text: str) -> bool:
    """Returns whether a name fits a pattern."""
    return fnmatchcase(text.casefold(), pattern.casefold().replace("[", "[[]"))


def fits_any(patterns: list[str], text: str | None) -> bool:
    """Returns whether a name fits one of these; with none, anything does, and what has no name fits only then."""
    return not patterns or (text is not None and any(fits(pattern, text) for pattern in patterns))
