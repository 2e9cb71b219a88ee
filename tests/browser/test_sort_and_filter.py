"""P3: sort and filter of the run list are right, in the browser, for any rows."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from components.runs import run_list
from domain.run_facts.run_summary import RunSummary
from domain.tracking.runs import RunStatus
from tests.browser.page import Page
from tests.summary_rows import rows as rows_of
from tests.tracking import Tracking

LETTERS = "abcdeABCDE01_-"
NAMES = st.text(LETTERS, min_size=1, max_size=6)
MAYBE_NAME = st.none() | st.sampled_from(["PPO", "DQN", "A2C", "ppo"])
# Steps of 0.5 %, so that the value shown with one decimal orders and compares as the exact one.
RATES = st.none() | st.integers(0, 200).map(lambda n: n / 200)
SUMMARIES = st.builds(
    RunSummary,
    run_id=st.uuids().map(lambda u: u.hex),
    name=NAMES,
    experiment=st.sampled_from(["maze-a", "maze-b"]),
    algorithm=MAYBE_NAME,
    environment=st.none() | NAMES,
    seed=st.none() | st.integers(0, 30),
    started_at=st.none() | st.integers(10**9, 2 * 10**9).map(lambda s: datetime.fromtimestamp(s, UTC)),
    duration_seconds=st.none(),
    success_rate=RATES,
    final_reward=st.none(),
    final_loss=st.none(),
    episode_length=st.none(),
    episodes=st.none() | st.integers(0, 5000),
    status=st.sampled_from(list(RunStatus)),
    is_sample=st.booleans(),
    keys=st.just({}),
    diverged=st.just({}),
    out_of_range=st.just({}),
)
TABLES = st.lists(SUMMARIES, min_size=1, max_size=run_list.PAGE_SIZE, unique_by=lambda run: run.run_id)
NUMBERS = {"seed": "seed", "success_percent": "success_percent", "episodes": "episodes"}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
}


@pytest.fixture
def table(page: Page, tracking: Tracking) -> Page:
    """Opens the runs page, and waits until it has rows of its own and will not request others."""
    tracking.run(tracking.experiment())
    page.open("/mlflow")
    page.wait_for_rows(1)
    page.wait_for_text("as of", "#runs-freshness-text")  # otherwise it shows part of a first reading
    return page


def show(page: Page, summaries: list[RunSummary]) -> list[dict[str, Any]]:
    """Puts these runs into the list; returns their rows in the order of the list."""
    rows = rows_of(summaries)
    props = "window.dash_clientside.set_props"
    page.script(
        f"{props}('runs-table', {{sort_by: [], filter_query: ''}}); {props}('runs-rows', {{data: arguments[0]}})", rows
    )
    page.wait(lambda: sorted(page.column("run_id")) == sorted(row["id"] for row in rows))
    return rows


def sort_by(page: Page, key: str, direction: str) -> None:
    page.script(
        "window.dash_clientside.set_props('runs-table', {sort_by: [{column_id: arguments[0], direction: arguments[1]}]})",
        key,
        direction,
    )


@example_settings(max_examples=10)
@given(
    summaries=TABLES,
    key=st.sampled_from(["name", "algorithm", "seed", "started_ms", "success_percent", "episodes", "experiment"]),
    direction=st.sampled_from(["asc", "desc"]),
)
def test_known_values_are_sorted_and_missing_ones_come_together_last(
    table: Page, summaries: list[RunSummary], key: str, direction: str
) -> None:
    """Known values are in order, and the missing ones come together at the end."""
    rows = show(table, summaries)
    sort_by(table, "started" if key == "started_ms" else key, direction)
    known = [row for row in rows if row[key] not in (None, "–")]
    missing = [row["id"] for row in rows if row[key] in (None, "–")]
    values = [row[key] for row in sorted(known, key=lambda row: row[key], reverse=direction == "desc")]
    by_id = {row["id"]: row[key] for row in rows}

    def is_sorted() -> bool:
        shown = table.column("run_id")
        return [by_id[i] for i in shown[: len(known)]] == values and set(shown[len(known) :]) == set(missing)

    table.wait(is_sorted)


@example_settings(max_examples=8)
@given(
    summaries=TABLES,
    key=st.sampled_from(sorted(NUMBERS)),
    comparison=st.sampled_from(sorted(COMPARISONS)),
    operand=st.integers(0, 100),
)
def test_a_comparison_keeps_the_rows_that_fulfil_it(
    table: Page, summaries: list[RunSummary], key: str, comparison: str, operand: int
) -> None:
    """A comparison keeps the rows that fulfil it; a missing number fulfils none."""
    rows = show(table, summaries)
    expected = [row["id"] for row in rows if row[key] is not None and COMPARISONS[comparison](row[key], operand)]
    table.filter(key, f"{comparison} {operand}")
    table.wait(lambda: table.column("run_id") == expected)


@example_settings(max_examples=8)
@given(summaries=TABLES, part=st.text("abcdeABCDE", min_size=1, max_size=2))
def test_plain_text_keeps_the_rows_that_contain_it(table: Page, summaries: list[RunSummary], part: str) -> None:
    """Plain text keeps the rows that contain it, upper or lower case."""
    rows = show(table, summaries)
    expected = [row["id"] for row in rows if part.lower() in row["name"].lower()]
    table.filter("name", part)
    table.wait(lambda: table.column("run_id") == expected)


@example_settings(max_examples=6)
@given(summaries=TABLES, experiment=st.sampled_from(["maze-a", "maze-b"]), algorithm=st.sampled_from(["PPO", "DQN"]))
def test_the_menus_of_experiment_and_algorithm_combine(
    table: Page, summaries: list[RunSummary], experiment: str, algorithm: str
) -> None:
    """The two menus filter together, and combine with all other filters."""
    rows = show(table, summaries)
    for component, value in (("runs-experiment", experiment), ("runs-algorithm", algorithm)):
        table.script("window.dash_clientside.set_props(arguments[0], {value: arguments[1]})", component, value)
    expected = [row["id"] for row in rows if (row["experiment"], row["algorithm"]) == (experiment, algorithm)]
    table.wait(lambda: table.column("run_id") == expected)
    for component in ("runs-experiment", "runs-algorithm"):
        table.script("window.dash_clientside.set_props(arguments[0], {value: '*'})", component)
    table.wait(lambda: len(table.column("run_id")) == len(rows))


def test_five_thousand_runs_keep_their_ticks(table: Page) -> None:
    """All are there, on 200 pages; ticked runs stay ticked when newer runs push every row down."""
    runs = [
        RunSummary.model_validate(
            {
                **dict.fromkeys(RunSummary.model_fields),
                "keys": {},
                "diverged": {},
                "out_of_range": {},
                "marks": [],
                "run_id": f"{number:032x}",
                "name": f"run-{number:04d}",
                "experiment": f"maze-{number % 20:02d}",
                "started_at": datetime.fromtimestamp(10**9 + number, UTC),
                "status": RunStatus.FINISHED,
                "is_sample": False,
            }
        )
        for number in range(5_001)
    ]
    props = "window.dash_clientside.set_props"
    table.script(f"{props}('runs-rows', {{data: arguments[0]}})", rows_of(runs[:5_000]))
    table.wait(lambda: table.column("name")[:1] == ["run-4999"])
    assert (
        table.script("return document.querySelector('#runs-table .last-page').parentElement.innerText").split()[-1]
        == "200"
    )
    table.tick("run-4998")
    table.tick("run-4990")
    table.wait_for_text("Compare 2 runs", "#runs-compare")
    table.script(f"{props}('runs-rows', {{data: arguments[0]}})", rows_of(runs))
    table.wait(lambda: table.column("name")[:1] == ["run-5000"])
    table.wait(lambda: table.ticked() == ["run-4998", "run-4990"])
    table.filter("name", "run-0007")
    table.wait(lambda: table.column("name") == ["run-0007"])
    table.wait_for_text("Compare 2 runs", "#runs-compare")
