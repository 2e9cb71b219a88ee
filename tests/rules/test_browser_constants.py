"""Constants that scripts and Python share are defined in Python, and written for the scripts."""

import re
from pathlib import Path

from api.edge.bundle import bundle
from api.edge.scripts import ENTRY
from tests.rules import browser_texts
from tests.rules.browser_constants import FILE, constants, text

ROOT = Path(__file__).parents[2]
# Words that are an id and something else, too: a parameter of addresses, a class.
OTHER_WORDS = {
    ("relations.js", "relations"),
    ("relations_address.js", "relations"),
    ("run_changes.js", "changes"),
    ("chart_grid_menu.js", "change-dialog"),
    ("run_edits_list.js", "change-dialog"),
    ("artifact_text.js", "live-log"),
}


def test_the_file_equals_what_python_defines() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "python -m tests.rules.browser_constants"


def test_the_types_of_texts_equal_what_python_writes_into_pages() -> None:
    written = browser_texts.FILE.read_text(encoding="utf-8")
    assert written == browser_texts.text(), "python -m tests.rules.browser_constants"


def test_no_script_repeats_an_id_that_python_defines() -> None:
    ids = set(constants()["ID"].values())
    assert len(ids) > 200
    spelt = {
        (file.name, literal)
        for file in (ROOT / "assets").glob("*.js")
        if ".min." not in file.name and file != FILE
        for literal in re.findall(
            r"[\"'`]#?([\w-]+)[\"'`]", re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.DOTALL)
        )
        if literal in ids
    }
    assert spelt - OTHER_WORDS == set()


def test_every_script_is_a_module_that_the_page_loads() -> None:
    """A script that no other imports belongs into assets/main.js; CONTRIBUTING.md, "A page", describes how a script
    is written."""
    ours = {file.name: file.read_text() for file in (ROOT / "assets").glob("*.js") if not file.name.endswith(".min.js")}
    assert len(ours) > 80
    loaded = {module.name for module in bundle(ROOT / "assets", ENTRY).modules}
    assert sorted(set(ours) - loaded) == []
    assert [name for name, text in ours.items() if "window.clew" in text and name != ENTRY] == []
