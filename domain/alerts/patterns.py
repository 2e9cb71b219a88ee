"""Patterns of names: * matches anything, ? one character; case does not matter."""

from fnmatch import fnmatchcase


def fits(pattern: str, text: str) -> bool:
    """Returns whether a name matches a pattern."""
    return fnmatchcase(text.casefold(), pattern.casefold().replace("[", "[[]"))


def fits_any(patterns: list[str], text: str | None) -> bool:
    """Returns whether a name matches one of the patterns; no patterns match anything, also a missing name."""
    return not patterns or (text is not None and any(fits(pattern, text) for pattern in patterns))
