"""The files, folders and identifiers that the documents for developers name exist."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDES = ("CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md")
DECISIONS = sorted(page.relative_to(ROOT).as_posix() for page in (ROOT / "docs/decisions").glob("*.md"))
# Files that a reader is asked to create.
MADE = ("mine", "<", "*", "…")
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
FOLDERS = {f"{parent}/" for path in TRACKED for parent in Path(path).parents}


@pytest.mark.parametrize("page", [*GUIDES, *DECISIONS])
def test_each_file_that_a_document_names_exists(page: str) -> None:
    named = re.findall(r"`([\w./<>*…-]+?(?:\.(?:py|js|toml|md|conf)|/))(?=[`,: ])", (ROOT / page).read_text())
    paths = {path for path in named if not any(sign in path for sign in MADE)}
    assert page in DECISIONS or len(paths) > 30, "a guide names hardly anything, or the pattern is wrong"
    assert {path for path in paths if not is_there(path)} == set()


def is_there(path: str) -> bool:
    """Returns whether it exists: as a whole path, or as the end of one where the page has just named the folder."""
    if path.endswith("/"):
        return path in FOLDERS or any(folder.endswith(f"/{path}") for folder in FOLDERS)
    return any(tracked == path or tracked.endswith(f"/{path}") for tracked in TRACKED)
