"""What the README points to is there, and its pictures are light."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
FILES = sorted({path.split("#")[0] for path in re.findall(r"\]\((?!https?:)([^)#]+)", README)})
PAGES = [page for page in ROOT.rglob("*.md") if not {".venv", "var", ".pytest_cache"} & set(page.parts)]
MOST_BYTES = 150_000


@pytest.mark.parametrize("page", sorted(page.relative_to(ROOT).as_posix() for page in PAGES))
def test_what_a_page_links_to_is_there(page: str) -> None:
    file = ROOT / page
    paths = {path.split("#")[0] for path in re.findall(r"\]\((?!https?:)([^)#\s]+)", file.read_text())}
    assert {path for path in paths if not (file.parent / path).exists()} == set()


@pytest.mark.parametrize("path", FILES)
def test_what_it_links_to_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_its_pictures_are_those_there_are_and_light() -> None:
    pictures = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "docs/screenshots").iterdir()}
    assert set(pictures) == {path for path in FILES if path.endswith(".webp")}
    assert {name for name, path in pictures.items() if path.stat().st_size > MOST_BYTES} == set()
