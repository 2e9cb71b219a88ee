"""The metrics that a typed search finds, in the browser, compared with plain Python."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from tests.browser.page import Page
from tests.filters.strategies import HOSTILE

FIND = (
    "return arguments[0].map(([names, typed, isExpression]) =>"
    " window.clew.metricSearch.find(names.map(name => [name, 1, null]), typed, isExpression))"
)
GROUPED = "return window.clew.metricSearch.grouped(arguments[0].map(name => [name, 1, null]))"
ROUND = "return arguments[0].map(spec => window.clew.chartSpecs.parse(window.clew.chartSpecs.format(spec)))"
# The characters that JavaScript's trim() removes, and no others.
BLANK = "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
# The Unicode versions of this Python and that browser may differ: no letters that only one of them knows.
NAMES = st.lists(HOSTILE.filter(lambda name: all(ord(one) < 0x3100 or one in "報酬損失🐍" for one in name)), max_size=8)
PLAIN = st.text("abcXYZ019/_-. :報酬", min_size=1, max_size=12)
ATOMS = st.sampled_from(
    ["a", "b", "X", "9", "/", "_", ".", "[a-c]", "[^/]", r"\d", r"\.", "(a|X)", "(?:b|9)", "報", "c*", "a+"]
)
EXPRESSIONS = st.builds(
    lambda start, atoms, end: start + "".join(atoms) + end,
    st.sampled_from(["", "^"]),
    st.lists(ATOMS, min_size=1, max_size=5),
    st.sampled_from(["", "$"]),
)


@pytest.fixture
def any_page(page: Page) -> Page:
    page.open("/gpu")
    page.wait(
        lambda: page.script(
            "return Boolean(window.clew?.metricSearch && window.clew.filters && window.clew.chartSpecs)"
        )
    )
    page.expected_errors = ("/ws/gpu",)
    return page


def names_of(answer: dict[str, Any]) -> list[str]:
    return [metric[0] for metric in answer["found"]]


def test_a_part_of_a_name_is_found_as_python_finds_it(any_page: Page) -> None:
    @example_settings(max_examples=60)
    @given(names=NAMES, typed=HOSTILE)
    def holds_for(names: list[str], typed: str) -> None:
        cut = [name[2:7] for name in names]
        searches = [one for one in (typed, *cut) if not is_expression(one)]
        answers = any_page.script(FIND, [[names, one, False] for one in searches])
        for one, answer in zip(searches, answers, strict=True):
            wanted = one.strip(BLANK).casefold()
            assert names_of(answer) == [name for name in names if wanted in name.casefold()], one
            assert answer["error"] is None

    holds_for()


def is_expression(typed: str) -> bool:
    return len(typed) > 2 and typed.startswith("/") and typed.endswith("/")


def test_an_expression_is_found_as_python_finds_it(any_page: Page) -> None:
    @example_settings(max_examples=60)
    @given(names=st.lists(PLAIN, max_size=8), expression=EXPRESSIONS)
    def holds_for(names: list[str], expression: str) -> None:
        by_switch, by_slashes = any_page.script(FIND, [[names, expression, True], [names, f"/{expression}/", False]])
        found = re.compile(re.sub(r"\$$", r"\\Z", expression), re.IGNORECASE | re.ASCII)
        expected = [name for name in names if found.search(name)]
        assert names_of(by_slashes) == expected
        if not is_expression(expression):
            assert names_of(by_switch) == expected

    holds_for()


def test_an_invalid_expression_is_reported_and_finds_nothing(any_page: Page) -> None:
    none = ("(", "[", "*a", "a{2,1}", "\\", "(?<a>x)(?<a>y)", "a**")
    answers = any_page.script(FIND, [[["a", "b"], expression, True] for expression in none])
    for expression, answer in zip(none, answers, strict=True):
        assert answer["found"] == [], expression
        assert answer["error"], expression


def test_groups_hold_every_metric_once(any_page: Page) -> None:
    @example_settings(max_examples=40)
    @given(names=st.lists(PLAIN, unique=True, max_size=20))
    def holds_for(names: list[str]) -> None:
        groups = any_page.script(GROUPED, names)
        assert sorted(metric[0] for _prefix, group in groups for metric in group) == sorted(names)
        for prefix, group in groups:
            heads = {metric[0].partition("/")[0].strip() if metric[0].find("/") > 0 else "" for metric in group}
            assert heads == {"" if prefix == "/" else prefix}

    holds_for()


def test_a_chart_spec_survives_writing_and_reading(any_page: Page) -> None:
    @example_settings(max_examples=40)
    @given(
        subjects=st.lists(HOSTILE.filter(bool), min_size=1, max_size=4, unique=True),
        scale=st.sampled_from([None, "log", "linear"]),
        ends=st.tuples(st.none() | st.integers(-9, 9), st.none() | st.integers(10, 20)),
        size=st.sampled_from(["small", "wide"]),
    )
    def holds_for(subjects: list[str], scale: str | None, ends: tuple[int | None, int | None], size: str) -> None:
        spec = {"subjects": subjects, "scale": scale, "yFrom": ends[0], "yTo": ends[1], "size": size}
        assert any_page.script(ROUND, [spec]) == [spec]

    holds_for()
