"""A log of any size: its last lines, those before them, a search, all of it; never much of it in memory."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.local.log_file import LogFile


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Writes 100 MB with a word at both ends."""
    path = tmp_path_factory.mktemp("log") / "log.txt"
    block = b"".join(b"line %07d says nothing at all\n" % number for number in range(30_000))
    with path.open("wb") as file:
        file.write(b"the needle at the beginning\n")
        for _ in range(120):
            file.write(block)
        file.write("the needle at the end, 日本\n".encode())
    assert path.stat().st_size > 100_000_000
    return path


def test_a_log_of_100_mb_is_never_wholly_in_memory(large: Path) -> None:
    tracemalloc.start()
    part = LogFile(large).part(None, 200)
    found = LogFile(large).search("needle", None)
    size = sum(map(len, LogFile(large).whole()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(part.lines) == 200
    assert part.lines[-1] == "the needle at the end, 日本"
    assert found.lines[0].line == part.lines[-1]
    assert size == large.stat().st_size == part.size
    assert peak < 20_000_000


def test_a_search_continues_where_the_last_one_ended(large: Path) -> None:
    before, found = None, list[str]()
    for _ in range(100):
        part = LogFile(large).search("NEEDLE", before)
        found += [one.line for one in part.lines]
        before = part.searched_to
        if before == 0:
            break
    assert found == ["the needle at the end, 日本", "the needle at the beginning"]


@given(
    lines=st.lists(
        st.text(st.characters(blacklist_characters="\n\r", blacklist_categories=["Cs"]), max_size=30), max_size=40
    ),
    step=st.integers(1, 7),
)
@settings(max_examples=50)
def test_reading_backwards_in_parts_gives_each_line_once(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], step: int
) -> None:
    path = tmp_path_factory.mktemp("log") / "log.txt"
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())
    log, found, before = LogFile(path), list[str](), None
    while before != 0:
        part = log.part(before, step)
        found = [*part.lines, *found]
        before = part.begins
    assert found == lines


def test_a_progress_bar_is_its_last_state_and_a_long_line_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"10%\r50%\r100%\nwhole\r\n" + b"x" * 3_000_000 + b"\n\xff half")
    part = LogFile(path).part(None, 200)
    assert part.lines == ["� half"]
    assert len(LogFile(path).part(part.begins, 1).lines[0]) == 2_001
    assert LogFile(path).part(20, 5).lines[:1] == ["100%"]


def test_a_missing_log_has_no_lines(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "none")
    assert log.part(None, 5).lines == []
    assert log.search("x", None).lines == []
    assert list(log.whole()) == []


def test_secrets_in_a_log_are_hidden(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("the password is tulip\n")
    log = LogFile(path, lambda text: text.replace("tulip", "***"))
    assert log.part(None, 1).lines == ["the password is ***"]
    assert b"".join(log.whole()) == b"the password is ***\n"
    assert log.search("password", None).lines[0].line == "the password is ***"
