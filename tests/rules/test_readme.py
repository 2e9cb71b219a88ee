"""The links of all pages lead to existing files, and every picture is used, and small."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
FILES = sorted({path.split("#")[0] for path in re.findall(r"\]\((?!https?:)([^)#]+)", README)})
MAX_BYTES = 60_000


def pages() -> Iterator[Path]:
    """Yields every page of the repository; folders of installed and generated files are skipped."""
    for folder, below, files in os.walk(ROOT):
        below[:] = [
            name
            for name in below
            if name not in ("var", "node_modules") and (name == ".ci" or not name.startswith("."))
        ]
        yield from (Path(folder) / name for name in files if name.endswith(".md"))


def test_the_targets_of_links_exist() -> None:
    missing = []
    for page in (found := sorted(pages())):
        paths = {path.split("#")[0] for path in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text())}
        missing += [f"{page.relative_to(ROOT)}: {path}" for path in sorted(paths) if not (page.parent / path).exists()]
    assert len(found) > 10
    assert missing == []


def test_links_of_the_readme_lead_to_existing_files() -> None:
    assert [path for path in FILES if not (ROOT / path).exists()] == []


def test_every_picture_is_shown_and_small() -> None:
    folders = (ROOT / "docs/screenshots", ROOT / "docs/look")
    pictures = {path.resolve() for folder in folders for path in folder.glob("*.webp")}
    shown = {
        (page.parent / path).resolve()
        for page in pages()
        for path in re.findall(r"\]\(([^)\s]+\.webp)\)", page.read_text())
    }
    assert pictures == shown
    assert {path for path in pictures if path.stat().st_size > MAX_BYTES} == set()
