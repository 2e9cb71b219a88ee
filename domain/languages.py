"""The languages of Clew's texts: the source's own first, each other with a catalogue in components/translations."""

from typing import Final, Literal, get_args

Language = Literal["en", "ja"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
SOURCE_LANGUAGE: Final[Language] = LANGUAGES[0]
# As each calls itself.
LANGUAGE_NAMES: Final[dict[Language, str]] = {"en": "English", "ja": "日本語"}


def known_language(code: object) -> Language | None:
    """Returns the language with this code, None where Clew does not speak it."""
    return next((one for one in LANGUAGES if one == code), None)
