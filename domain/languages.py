"""The languages of Clew's texts: the source language first, the others have a catalogue in components/translations."""

from typing import Final, Literal, get_args

Language = Literal["en", "ja"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
SOURCE_LANGUAGE: Final[Language] = LANGUAGES[0]
# The name of each language in itself.
LANGUAGE_NAMES: Final[dict[Language, str]] = {"en": "English", "ja": "日本語"}


def known_language(code: object) -> Language | None:
    """Returns the language with this code; None if Clew has no translation for it."""
    return next((one for one in LANGUAGES if one == code), None)
