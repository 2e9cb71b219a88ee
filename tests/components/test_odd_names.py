"""Names of any length, direction and syntax; values with line breaks; runs within runs."""

import csv
import io
import re
import unicodedata
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.charts.known import KnownHistories
from components.charts.names import MAX_WIDE, plotly_text, shortened
from components.charts.sentences.subtitle import name_list, put_below
from components.runs import export, nested, run_list
from components.runs.clocks import clock_sentences
from domain.charts.chart_options import ChartOptions
from domain.run_facts.run_summary import summarise
from domain.tracking.clocks import ImplausibleTimes
from domain.tracking.nesting import Family
from domain.tracking.runs import PARENT_TAG, Run, RunStatus
from domain.tracking.vocabulary import DEFAULT
from tests.summary_rows import rows as rows_of

NOW = datetime(2026, 11, 29, 8, 30, tzinfo=UTC)
NAMES = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(
            [
                "%{x}",
                "%{customdata[0]}",
                "<b>",
                "<br>",
                "</a>",
                "&amp;",
                "&#37;",
                "$a^2$",
                "\\(x\\)",
                "\n",
                "{{y}}",
                "a",
                "長",
                "\u202e",
            ]
        )
    ).map("".join),
)


def run(name: str = "a", parent: str = "", **params: str) -> Run:
    return Run(
        run_id=name,
        name=name,
        experiment_id="1",
        experiment="maze",
        status=RunStatus.FINISHED,
        started_at=NOW,
        ended_at=NOW,
        params=params,
        metrics={},
        tags={PARENT_TAG: parent} if parent else {},
    )


@given(NAMES)
def test_a_name_contains_no_syntax_of_plotly(name: str) -> None:
    written = plotly_text(name)
    assert not re.search(r"%|\$|<|>", written)
    assert unescape(written) == shortened(name)


@given(NAMES, st.integers(8, 60))
def test_a_shortened_name_fits_its_width_and_has_no_control_characters(name: str, most: int) -> None:
    short = shortened(name, most)
    assert sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in short) <= most
    assert not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\n\r\t]", short)
    assert "…" in short or len(short) == len(re.sub("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", name))


def test_a_long_name_keeps_what_distinguishes_it_from_similar_ones() -> None:
    ours, theirs = (shortened("L" + "o" * 250 + f"ng-seed{seed}") for seed in (1, 2))
    assert ours != theirs
    assert len(ours) == MAX_WIDE
    assert ours.startswith("Loo")
    assert ours.endswith("seed1")


def test_names_beyond_the_second_are_only_counted() -> None:
    assert name_list(["a", "b"]) == "a, b"
    assert name_list(["a<b>", "b", "c", "d"]) == "a&lt;b&gt;, b and 2 more"


@given(st.text(st.sampled_from("ab \t\n,;'\""), min_size=1).filter(lambda value: value[0] not in "\t\r\n"))
def test_line_breaks_in_a_parameter_are_kept_in_the_csv(value: str) -> None:
    text = export.table_csv([run(note=value)], KnownHistories({}, DEFAULT), ChartOptions())
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["param:note"] == value


def test_the_list_names_the_parent_of_each_run() -> None:
    runs = [run("p"), run("c", "p"), run("d", "p"), run("g", "c"), run("o", "gone-12345"), run("s", "s"), run("alone")]
    rows = {row["id"]: row for row in rows_of(summarise(one, DEFAULT) for one in runs)}
    assert {key: row["nested"] for key, row in rows.items()} == {
        "p": "2 children",
        "c": "in p · 1 child",
        "d": "in p",
        "g": "in c",
        "o": "in gone-123, which is not here",
        "s": "–",
        "alone": "–",
    }
    assert rows["g"]["parent_id"] == "c"
    assert rows["s"]["parent_id"] is None


def test_runs_that_are_each_others_parent_name_each_other() -> None:
    texts = nested.nesting_texts([summarise(one, DEFAULT) for one in (run("x", "y"), run("y", "x"))])
    assert texts == {"x": "in y · 1 child", "y": "in x · 1 child"}


def test_related_runs_are_linked_and_five_hundred_children_are_folded() -> None:
    children = [run(f"child{n:03d}", "p") for n in range(500)]
    (parent,) = nested.family_facts(Family("p", run("p"), []))
    assert parent[0] == "Parent run"
    assert "/mlflow/runs/p" in str(parent[1])
    (listed,) = nested.family_facts(Family(None, None, children))
    assert str(listed[1]).count("/mlflow/runs/child") == nested.MAX_NAMED
    assert "/mlflow?filter" in str(listed[1])  # which has them all
    assert "500 child runs" in str(listed[1])
    assert listed[1].open is False
    assert nested.family_facts(Family(None, None, children[:3]))[0][1].open is True
    assert nested.family_facts(Family(None, None, [])) == []
    (missing,) = nested.family_facts(Family("<b>x</b>" * 20, None, []))
    assert "may have been deleted" in str(missing[1])


@pytest.mark.parametrize(
    ("odd", "sentences"),
    [
        (ImplausibleTimes(), []),
        (
            ImplausibleTimes(start_ms=1_795_000_000),
            [
                "Its start time is invalid: 1795000000 ms (1970-01-21 18:36:40 UTC), possibly a count of seconds. Its"
                " duration is unknown."
            ],
        ),
        (
            ImplausibleTimes(end_ms=1_795_000_000_000_000_000),
            [
                "Its end time is invalid: 1795000000000000000 ms, possibly a count of nanoseconds. Its duration is unknown."
            ],
        ),
        (ImplausibleTimes(end_ms=-(2**63)), [f"Its end time is invalid: {-(2**63)} ms. Its duration is unknown."]),
        (
            ImplausibleTimes(start_missing=True, end_missing=True),
            [
                "MLflow has no start time for it: its duration is unknown.",
                "MLflow has no end time for it: its duration is unknown.",
            ],
        ),
        (
            ImplausibleTimes(ends_before_start=True),
            [
                "Its end, 2026-11-29 08:30:00 UTC, is before its start, 2026-11-29 08:30:00 UTC: its duration is unknown."
            ],
        ),
        (
            ImplausibleTimes(metrics={"loss": 0}),
            [
                "Some times of its metrics are invalid, such as that of loss: 0 ms (1970-01-01 00:00:00 UTC). Charts over"
                " time leave such points out."
            ],
        ),
    ],
)
def test_odd_clock_values_are_described(odd: ImplausibleTimes, sentences: list[str]) -> None:
    assert list(clock_sentences(run(), odd, NOW)) == sentences


def test_the_run_list_describes_the_silence_of_active_runs_only() -> None:
    still = run("still").model_copy(
        update={"status": RunStatus.RUNNING, "started_at": datetime(2026, 11, 20, 8, tzinfo=UTC)}
    )
    assert run_list.silences([still, run("over")], NOW) == {
        "still": {"minutes": 12_990, "text": "no metric for 9 days"}
    }


@given(st.lists(st.text("ab 長い、&#37;x", min_size=1, max_size=120), max_size=4))
def test_a_subtitle_of_several_lines_enlarges_the_margin_and_keeps_all_text(sentences: list[str]) -> None:
    title: dict[str, Any] = {}
    margin = {"t": 48}
    put_below(title, margin, [plotly_text(sentence) for sentence in sentences])
    lines = title["subtitle"]["text"].split("<br>")
    assert margin["t"] == 48 + 15 * (len(lines) - 1)
    shown = unescape("".join(lines)).replace(" ", "").replace("·", "")
    assert shown == "".join(shortened(sentence) for sentence in sentences).replace(" ", "")
    assert all(unescape(line).count("&") == line.count("&amp;") for line in lines)
