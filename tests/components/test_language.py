"""Every text that a reader can meet exists in Japanese, and the compiled catalogue is the source's."""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "components/translations/ja/LC_MESSAGES/messages.po"
KEYWORDS = {"_": None, "ngettext": (1, 2), "template": None}


def used() -> set[str]:
    found: set[str] = set()
    for folder in ("components", "pages", "callbacks", "api", "domain/errors", "domain/trainings"):
        for _file, _line, message, _comments, _context in extract_from_dir(ROOT / folder, keywords=KEYWORDS):
            found.add(message if isinstance(message, str) else message[0])
    return found


def test_every_text_is_translated() -> None:
    catalogue = read_po(io.BytesIO(CATALOGUE.read_bytes()), locale="ja")
    translated = {m.id if isinstance(m.id, str) else m.id[0] for m in catalogue if m.id and all(_strings(m.string))}
    assert used() - translated == set()
    assert translated - used() == set(), "texts that nobody says any more"


def test_the_compiled_catalogue_is_up_to_date() -> None:
    source = read_po(io.BytesIO(CATALOGUE.read_bytes()), locale="ja")
    compiled = read_mo(io.BytesIO(CATALOGUE.with_suffix(".mo").read_bytes()))
    assert _texts(compiled) == _texts(source), "run `make translations`"


def _texts(catalogue: Catalog) -> dict[str, tuple[str, ...]]:
    return {_strings(message.id)[0]: tuple(_strings(message.string)) for message in catalogue if message.id}


def _strings(string: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)
