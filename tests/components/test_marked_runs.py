"""The effect of a mark on a comparison, the limits of a note, and a run's record of its changes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from dash.development.base_component import Component
from hypothesis import given
from hypothesis import strategies as st

from components.charts.known import KnownHistories
from components.colours import run_styles
from components.run_changes.history import part_text
from components.run_changes.note import note
from components.runs import final_metrics
from domain.charts.chart_options import ChartOptions
from domain.run_changes.changes import RunChange, RunTexts, is_in, overwritten, planned
from domain.run_changes.history import (
    MAX_CHARACTERS,
    ChangedPart,
    ChangeKind,
    RecordedChange,
    changes_in,
    recorded,
    tag_of_change,
)
from domain.run_table.column_of import column_of
from domain.run_table.query import RunQuery, select
from domain.run_table.table import RunTable
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.vocabulary import DEFAULT

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=3_000)
MARKDOWN = st.lists(
    st.sampled_from(
        [
            "# ",
            "<script>x</script>",
            "[a](javascript:x)",
            "![b](",
            "data:text/html,x)",
            "\n\n",
            "- ",
            "> ",
            "`",
            "|a|b|\n|-|-|\n",
            "**",
            "<img src=x onerror=y>",
            "[c](HTTPS://e.org)",
            "&lt;",
            "[d]: vbscript:x\n\n[d]",
            "```\n",
            "  ",
        ]
    ),
    max_size=30,
).map("".join)


def run(number: int, reward: float, **tags: str) -> Run:
    metrics = {"episode_reward": LatestMetric(value=reward, step=3, timestamp=0)}
    return Run(
        run_id=f"{number:032x}",
        name=f"run-{number}",
        experiment_id="1",
        experiment="maze",
        status=RunStatus.FINISHED,
        started_at=NOW,
        ended_at=NOW,
        params={},
        metrics=metrics,
        tags=tags,
    )


BASELINE = {"clew.baseline": "true"}


def parts(component: Any) -> Iterator[Any]:
    yield component
    children = getattr(component, "children", component if isinstance(component, list) else None)
    for child in children if isinstance(children, list) else [] if children is None else [children]:
        yield from parts(child)


def texts(component: Any) -> list[str]:
    return [part for part in parts(component) if isinstance(part, str)]


def test_runs_are_compared_with_the_baseline_if_there_is_exactly_one() -> None:
    runs = [run(1, 1.0, **BASELINE), run(2, 1.5), run(3, 0.25)]
    shown = texts(final_metrics.table(runs, KnownHistories({}, DEFAULT), ChartOptions()))
    assert "baseline" in shown
    assert {"+0.50", "−0.75"} <= set(shown)
    assert [style.dash for style in run_styles(runs).values()].count("longdash") == 1
    two = [run(1, 1.0, **BASELINE), run(2, 1.5, **BASELINE), run(3, 0.25)]
    assert not {"+0.50", "−0.75"} & set(texts(final_metrics.table(two, KnownHistories({}, DEFAULT), ChartOptions())))


def test_archived_runs_are_left_out_unless_asked_for() -> None:
    table = RunTable.of([run(1, 1.0), run(2, 1.0, **{"clew.archived": "true"}), run(3, 1.0, **{"clew.archived": "no"})])

    def names(**query: Any) -> set[str]:
        rows = select(table, RunQuery(**query), lambda ref: column_of(table, ref, DEFAULT)).rows
        return {table.run(row).name for row in rows.tolist()}

    assert names() == {"run-1", "run-3"}
    assert names(archived=True) == {"run-1", "run-2", "run-3"}
    assert len(table.without_archived()) == 2


@given(MARKDOWN | TEXT)
def test_a_note_is_rendered_as_known_elements_with_web_links_only(text: str) -> None:
    for part in parts(note(text)):
        assert isinstance(part, str | list) or type(part).__name__ in (
            *(
                "P",
                "Ul",
                "Ol",
                "Li",
                "Blockquote",
                "Strong",
                "Em",
                "S",
                "Thead",
                "Tbody",
                "Tr",
                "Th",
                "Td",
                "H3",
                "H4",
                "H5",
            ),
            *("H6", "Br", "Hr", "Code", "Pre", "Table", "A"),
        )
        if isinstance(part, Component) and hasattr(part, "href"):
            assert part.href.lower().startswith(("http://", "https://", "mailto:")), part.href


@given(old=TEXT, new=TEXT, name=st.text("abc", min_size=1, max_size=9), value=st.none() | TEXT)
def test_a_planned_change_reaches_its_state_and_its_undo_restores_the_former_one(
    old: str, new: str, name: str, value: str | None
) -> None:
    before = RunTexts("before", {"mlflow.note.content": old, "k": "v"} if old else {"k": "v"})
    change = RunChange(name=name, note=new, tags={"k": value}, marks={"archived": True})  # type: ignore[dict-item]

    def after(run: RunTexts, change: RunChange) -> RunTexts:
        plan = planned(run, change)
        tags = {key: text for key, text in {**run.tags, **plan.put}.items() if key not in plan.taken}
        return RunTexts(plan.name or run.name, tags)

    then = after(before, change)
    assert is_in(then, change)
    undo = planned(before, change).undo
    assert undo is not None
    assert overwritten(then, undo) == []
    assert after(then, undo) == before


@given(
    st.lists(
        st.builds(ChangedPart, what=st.sampled_from(ChangeKind), key=st.text(max_size=250), old=TEXT, new=TEXT),
        min_size=1,
        max_size=50,
    )
)
def test_every_recorded_change_fits_into_a_tag_and_can_be_described(parts: list[ChangedPart]) -> None:
    change = recorded(NOW, "kim", parts)
    key, text = tag_of_change(change)
    assert len(text) <= MAX_CHARACTERS
    [read_back] = changes_in({key: text})
    assert (read_back.by, read_back.at) == ("kim", NOW)
    assert read_back == change or read_back.is_cut
    assert all(part_text(part) for part in read_back.parts)


@pytest.mark.parametrize(
    "odd", ["", "{}", '{"at": "yesterday", "parts": []}', "[]", '{"at":"2026-01-01T00:00:00","parts":[]}']
)
def test_an_invalid_change_tag_is_skipped(odd: str) -> None:
    good = tag_of_change(RecordedChange(at=NOW, parts=[ChangedPart(what=ChangeKind.NOTE)]))
    assert len(changes_in({"clew.change.odd": odd, **dict([good])})) == 1
