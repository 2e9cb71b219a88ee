"""Lines that contain the searched text, from either end of a part of a text, compared with a search of every line."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.artifacts.listing import Window
from domain.artifacts.previews import FoundLines
from domain.errors.artifacts.records import PatternInvalid, PatternTooLong
from services.artifacts import text_search
from services.artifacts.text_search import MAX_FOUND, compile_search, search_backwards, search_forwards

WORDS = st.lists(st.sampled_from(["a", "needle", "Needle", "", "é", "\r", "\x1b[0m", "\udc80"]), max_size=3)
LINES = st.lists(WORDS.map(" ".join), max_size=140)


def as_bytes(lines: list[str]) -> bytes:
    """Draws a text, including lines that are no UTF-8."""
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def places(content: bytes) -> list[int]:
    """Returns where each line begins that has the word, in any case."""
    begins = [0, *(found.end() for found in re.finditer(b"\n", content))]
    rows = zip(begins, content.split(b"\n"), strict=True)
    return [at for at, row in rows if b"needle" in row.lower()]


def whole_search(content: bytes, *, forth: bool, pieces: int) -> list[int]:
    """Returns all places, found as a page does it: a window at a time, on from where the last search ended."""
    word, found, at = compile_search("NEEDLE", is_pattern=False), [], 0 if forth else len(content)
    while (at < len(content)) if forth else at > 0:
        found_lines: FoundLines
        if forth:
            found_lines = search_forwards(Window(content[at : at + pieces], at, len(content)), word)
        else:
            found_lines = search_backwards(
                Window(content[max(0, at - pieces) : at], max(0, at - pieces), len(content)), word
            )
        found += [line.at for line in found_lines.lines]
        assert found_lines.searched_to != at, "it would go on for ever"
        at = found_lines.searched_to
    return found


@given(LINES, st.integers(40, 300))
def test_every_matching_line_is_found_once_from_either_end(lines: list[str], pieces: int) -> None:
    content = as_bytes(lines)
    assert whole_search(content, forth=True, pieces=pieces) == places(content)
    assert whole_search(content, forth=False, pieces=pieces) == places(content)[::-1]


def test_a_search_with_many_matches_returns_the_nearest_and_continues() -> None:
    content = b"".join(b"needle %d\n" % number for number in range(3 * MAX_FOUND))
    assert len(content) < text_search._AT_ONCE
    for forth in (True, False):
        found = whole_search(content, forth=forth, pieces=2**20)
        assert found == (places(content) if forth else places(content)[::-1])


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (r"^needle \d$", b"needle 7"),
        (r"(?i)NEEDLE", b"needle 7"),
        ("NEEDLE", None),
        (r"7\n", None),
        ("a|7", b"needle 7"),
    ],
)
def test_an_expression_is_matched_within_lines(pattern: str, line: bytes | None) -> None:
    window = Window(b"first\nneedle 7\nlast", 0, 19)
    for found in (
        search_forwards(window, compile_search(pattern, is_pattern=True)),
        search_backwards(window, compile_search(pattern, is_pattern=True)),
    ):
        assert [one.line.encode() for one in found.lines if one.line.startswith("needle")] == ([line] if line else [])


def test_an_invalid_expression_is_reported() -> None:
    with pytest.raises(PatternInvalid, match="missing"):
        compile_search("(", is_pattern=True)
    with pytest.raises(PatternTooLong):
        compile_search("a" * 251, is_pattern=False)
    assert compile_search("(", is_pattern=False).search(b"f(x)") is not None
