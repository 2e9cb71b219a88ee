"""Each visible text exists in each language, and the compiled catalogue equals its source."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from domain.languages import LANGUAGES

ROOT = Path(__file__).parents[2]
TRANSLATIONS = ROOT / "components/translations"
KEYWORDS = {"_": None, "ngettext": (1, 2), "template": None}


def used() -> set[str]:
    found: set[str] = set()
    for folder in ("components", "pages", "callbacks", "api", "domain/errors", "domain/trainings"):
        for _file, _line, message, _comments, _context in extract_from_dir(ROOT / folder, keywords=KEYWORDS):
            found.add(message if isinstance(message, str) else message[0])
    return found


def test_each_language_has_a_catalogue() -> None:
    """Only domain/languages.py defines which languages there are."""
    assert sorted(folder.name for folder in TRANSLATIONS.iterdir() if folder.is_dir()) == sorted(LANGUAGES[1:])


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_text_is_translated(language: str) -> None:
    catalogue = read_source(language)
    translated = {m.id if isinstance(m.id, str) else m.id[0] for m in catalogue if m.id and all(_strings(m.string))}
    assert used() - translated == set()
    assert translated - used() == set(), "texts that nobody says any more"


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_the_compiled_catalogue_is_up_to_date(language: str) -> None:
    source = read_source(language)
    compiled = read_mo(io.BytesIO(path_of(language).with_suffix(".mo").read_bytes()))
    assert _texts(compiled) == _texts(source), "run `make translations`"


def test_every_japanese_text_calls_a_run_by_the_same_word() -> None:
    """実行 is a run and 実験 an experiment, as in MLflow; ラン is neither."""
    texts = _texts(read_source("ja"))
    wrong = [
        translated
        for english, translated in texts.items()
        if re.search(r"\bruns?\b", english, re.I)
        and not re.search("experiment", english, re.I)
        and re.search("実験|(?<![ァ-ヶ])ラン(?![ァ-ヶ])", " ".join(translated))
    ]
    assert wrong == []
    assert any("実行" in " ".join(translated) for translated in texts.values())


def path_of(language: str) -> Path:
    return TRANSLATIONS / language / "LC_MESSAGES/messages.po"


def read_source(language: str) -> Catalog:
    return read_po(io.BytesIO(path_of(language).read_bytes()), locale=language)


def _texts(catalogue: Catalog) -> dict[str, tuple[str, ...]]:
    return {_strings(message.id)[0]: tuple(_strings(message.string)) for message in catalogue if message.id}


def _strings(string: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)
