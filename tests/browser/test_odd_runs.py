"""Runs whose clocks, steps, values and names are odd, as a person sees them: list, run page, comparison."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from dash.testing.browser import Browser
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.support.select import Select

from tests.browser.page import Page
from tests.english import english_words
from tests.misbehaving import Misbehaving, only
from tests.registry import Registry
from tests.tracking import Tracking

DAY_MS = 86_400_000
REWARD = "compare-chart-reward"
NASTY = ("%{x} %{customdata[0]}", "<b>b</b><br>&amp;<i>", "$a^2$ \\(x\\) %d %%", "{{braces}} [link](x)")
TEXTS = "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)"


class OddRuns:
    """Logs runs of one experiment, whose times, steps and names are given point by point."""

    def __init__(self, tracking: Tracking) -> None:
        self.tracking = tracking
        self.name = f"odd-{tracking.experiment()}"
        self.group = tracking.experiment(self.name)
        self.now = int(time.time() * 1000)

    def run(self, name: str, points: list[tuple[int, float, int]] | None = None, **run: Any) -> str:
        """Logs a run with `points` of its reward: step, value, Unix ms; ten good ones if not given."""
        points = (
            [(step, float(step), self.now - DAY_MS + step * 1000) for step in range(10)] if points is None else points
        )
        ended, status = run.pop("ended_ms", self.now), run.pop("status", "FINISHED")
        run_id = self.tracking.run(self.group, name=name, status="RUNNING", **({"started_ms": self.now - DAY_MS} | run))
        rows = [{"key": "episode_reward", "value": v, "step": s, "timestamp": ms} for s, v, ms in points]
        self.tracking.post("runs/log-batch", {"run_id": run_id, "metrics": rows})
        if status != "RUNNING":
            self.tracking.end(run_id, status, ended)
        return run_id


@pytest.fixture
def odd(tracking: Tracking, misbehaving: Misbehaving) -> OddRuns:
    made = OddRuns(tracking)
    misbehaving.alter = only(made.group)
    return made


def in_list(page: Page, odd: OddRuns, rows: int, query: str = "") -> None:
    page.open(f"/mlflow?experiment={odd.name}{query}")
    page.wait_for_rows(rows)


def compare(page: Page, runs: list[str], query: str = "") -> None:
    page.open(f"/mlflow?runs={','.join(runs)}{query}")
    page.wait(lambda: page.all(f"#{REWARD} .js-plotly-plot"))


def test_a_silent_run_is_flagged_the_same_on_each_page(page: Page, odd: OddRuns) -> None:
    long_ago = odd.now - 9 * DAY_MS - 1000
    silent = odd.run("silent", [(1, 1.0, long_ago)], status="RUNNING", started_ms=long_ago)
    odd.run("alive", [(1, 1.0, odd.now)], status="RUNNING")
    in_list(page, odd, 2)
    page.wait(lambda: sorted(page.column("status")) == ["running", "running · no metric for 9 days"])
    page.filter("status", "no metric")
    page.wait(lambda: page.column("name") == ["silent"])
    page.open(f"/mlflow/runs/{silent}")
    page.wait_for_text("no metric for 9 days", "#run-facts")
    page.expected_errors = ("/ws/gpu",)  # no monitor runs here
    page.open("/")
    page.wait_for_text("no metric for 9 days", "#front-runs")


def test_a_run_becomes_silent_as_time_passes(page: Page, odd: OddRuns) -> None:
    """MLflow sends nothing: the run's rows stay as they are."""
    odd.run("goes silent", [(1, 1.0, int(time.time() * 1000) - 10 * 60_000 + 15_000)], status="RUNNING")
    in_list(page, odd, 1)
    page.wait(lambda: page.column("status")[0].startswith("running · no metric for 1"))


def test_wrong_clocks_are_reported_and_no_duration_is_negative(page: Page, odd: OddRuns) -> None:
    backwards = odd.run("backwards", ended_ms=odd.now - 2 * DAY_MS)
    seconds = odd.run("seconds", [(1, 1.0, odd.now // 1000)], started_ms=odd.now // 1000 - 60, ended_ms=odd.now // 1000)
    in_list(page, odd, 2)
    page.script("window.dash_clientside.set_props('runs-columns', {data: ['name', 'started', 'duration_minutes']})")
    page.wait(lambda: page.column("duration_minutes") == ["–", "–"] or page.column("duration_minutes") == ["", ""])
    assert page.column("name") == ["backwards", "seconds"]  # the one without a start is last, not of 1970
    page.open(f"/mlflow/runs/{backwards}")
    page.wait_for_text("is before its start", "#run-notices")
    page.wait(lambda: "Duration\n–" in page.text("#run-facts"))
    page.open(f"/mlflow/runs/{seconds}")
    page.wait_for_text("Its start time is invalid", "#run-notices")
    page.wait_for_text("possibly a count of seconds", "#run-notices")
    page.wait_for_text("Some times of its metrics are invalid, such as that of episode_reward", "#run-notices")


@pytest.mark.parametrize("axis", ["wall_time", pytest.param("relative_time", marks=pytest.mark.thorough)])
def test_runs_with_wrong_clocks_do_not_stretch_the_time_axis(page: Page, odd: OddRuns, axis: str) -> None:
    good = odd.run("good")
    runs = [good] + [
        odd.run(name, [(step, 1.0, moment + step) for step in range(5)])
        for name, moment in (("seconds", odd.now // 1000), ("zero", 0))
    ]
    compare(page, runs, f"&axis={axis}")
    page.wait(lambda: page.lines(REWARD) == [10])
    page.wait_for_text("left out because their times are invalid: seconds, zero", f"#{REWARD}")
    spans = (
        "const g = document.querySelector('#compare-chart-reward .js-plotly-plot'); return g.calcdata[0].map(p => p.x)"
    )
    x = page.script(spans)
    assert max(x) - min(x) <= 9_000


@pytest.mark.thorough
def test_missing_steps_are_reported_with_a_button_for_the_time_axis(page: Page, odd: OddRuns) -> None:
    still = odd.run("still", [(0, float(n), odd.now - DAY_MS + n * 1000) for n in range(8)])
    # One alone is drawn over time by itself; together with another that is offered, one click away.
    compare(page, [still])
    page.wait_for_text("steps are missing: drawn over time", f"#{REWARD}")
    assert page.all("#compare-notices [data-axis]") == []
    compare(page, [still, odd.run("good")])
    page.wait_for_text("steps are missing, all points at one: still", f"#{REWARD}")
    page.click("#compare-notices [data-axis]")
    page.wait_for_text("Time since the start", f"#{REWARD}")
    assert Select(page.find("#option-axis")).first_selected_option.text == "Time since the start"
    assert "axis=relative_time" in page.driver.current_url
    page.wait(lambda: page.all("#compare-notices [data-axis]") == [])
    assert sorted(page.column("episodes"))[0] in ("", "–")
    page.open(f"/mlflow/runs/{still}")
    page.wait_for_text("drawn over time", "#run-chart-reward")
    page.wait(lambda: page.lines("run-chart-reward") == [8])
    page.wait(lambda: "Total episodes\n– episode_reward" in page.text("#run-facts"))


def test_steps_of_nanoseconds_are_drawn_and_described(page: Page, odd: OddRuns) -> None:
    first = time.time_ns()
    far = odd.run("far", [(first + n * 1001, float(n), odd.now) for n in range(60)])
    compare(page, [far])
    page.wait(lambda: page.lines(REWARD) == [60])
    page.wait_for_text(f"Step − {first:,}", f"#{REWARD}")
    text = page.wait(lambda: hovered(page))
    assert any(str(first + n * 1001) in " ".join(text) for n in range(60))


def hovered(page: Page) -> list[str]:
    """Returns the texts of the reward's chart on hovering its middle."""
    plot = page.find(f"#{REWARD} .nsewdrag")
    ActionChains(page.driver).move_to_element_with_offset(plot, 0, 0).move_to_element_with_offset(plot, 3, 3).perform()
    return list(page.script(TEXTS, f"#{REWARD} .hoverlayer text"))


@pytest.mark.parametrize(
    "values",
    [
        [-5.0, 0.0, 500.0],
        pytest.param([-190.0, -120.0, -20.0], marks=pytest.mark.thorough),
        pytest.param([0.0, 0.0, 0.0], marks=pytest.mark.thorough),
    ],
)
def test_a_logarithmic_axis_shows_values_of_zero_and_below(page: Page, odd: OddRuns, values: list[float]) -> None:
    run = odd.run("low", [(n, value, odd.now) for n, value in enumerate(values)])
    compare(page, [run], "&log_y=true")
    page.wait(lambda: page.lines(REWARD) == [3])
    page.wait_for_text("logarithmic on both sides of 0", f"#{REWARD}")
    assert page.script(TEXTS, f"#{REWARD} .ytick text")
    height = (
        "return document.querySelector('#compare-chart-reward .scatterlayer .js-line').getBoundingClientRect().width"
    )
    assert page.script(height) > 50
    if values[0] != values[1]:
        text = " ".join(page.wait(lambda: hovered(page)))
        assert any(f"{value:.4g}" in text.replace("−", "-") for value in values), text


def test_a_parent_and_its_children_link_to_each_other(page: Page, odd: OddRuns) -> None:
    parent = odd.run("search")
    for number in range(2):
        odd.run(f"trial-{number}", tags={"mlflow.parentRunId": parent}, started_ms=odd.now + number)
    orphan = odd.run("orphan", tags={"mlflow.parentRunId": "f" * 32})
    odd.run("newest", started_ms=odd.now + 10)
    in_list(page, odd, 5)
    page.wait(lambda: page.column("name") == ["newest", "trial-1", "trial-0", *page.column("name")[3:]])
    assert page.in_row("trial-0", "row.querySelector(`td[data-dash-column='nested']`).innerText") == "in search"
    page.click("#runs-together")
    page.wait(lambda: "trial" in page.column("name")[page.column("name").index("search") + 1])
    below = page.column("name").index("search")
    assert page.column("name")[below : below + 3] == ["search", "trial-1", "trial-0"]
    assert "together=true" in page.driver.current_url
    odd.run("newer still", started_ms=odd.now + 20)
    page.wait(lambda: len(page.column("name")) == 6)
    below = page.column("name").index("search")
    assert page.column("name")[below : below + 3] == ["search", "trial-1", "trial-0"]
    page.click("#runs-table th[data-dash-column='name'] .column-header--sort")
    page.wait(lambda: page.column("name") == sorted(page.column("name")))
    page.filter("nested", "search")
    page.wait(lambda: page.column("name") == ["trial-0", "trial-1"])
    page.open(f"/mlflow/runs/{parent}")
    page.wait_for_text("2 child runs", "#run-facts")
    page.click("#run-facts .child-runs a")
    page.wait_for_text("Parent run\nsearch", "#run-facts")
    page.wait(lambda: page.text("#run-facts h1") == "trial-0")
    page.script("[...document.querySelectorAll('#run-facts dd a.run-name')][0].click()")
    page.wait(lambda: page.text("#run-facts h1") == "search")
    page.open(f"/mlflow/runs/{orphan}")
    page.wait_for_text("it may have been deleted", "#run-facts")


def test_circular_and_deeply_nested_runs_keep_their_rows(page: Page, odd: OddRuns) -> None:
    first = odd.run("round-0")
    chain = [odd.run("deep-0")]
    for depth in range(1, 7):
        chain.append(odd.run(f"deep-{depth}", tags={"mlflow.parentRunId": chain[-1]}, started_ms=odd.now + depth))
    second = odd.run("round-1", tags={"mlflow.parentRunId": first})
    odd.run("itself")
    odd.tracking.post("runs/set-tag", {"run_id": first, "key": "mlflow.parentRunId", "value": second})
    in_list(page, odd, 10, "&together=true")
    names = page.wait(lambda: page.column("name"))
    assert sorted(names) == sorted(["itself", "round-0", "round-1", *(f"deep-{depth}" for depth in range(7))])
    begins = names.index("deep-0")
    assert names[begins : begins + 7] == [f"deep-{depth}" for depth in range(7)]
    indents = "[...document.querySelectorAll(`#runs-table td[data-dash-column='name']`)].map(c => parseFloat(c.style.textIndent) || 0)"
    page.wait(lambda: sorted(set(page.script(f"return {indents}"))) == [0, 1.25, 2.5, 3.75, 5])
    page.open(f"/mlflow/runs/{first}")
    page.wait_for_text("Parent run\nround-1", "#run-facts")
    page.wait_for_text("1 child run", "#run-facts")


LONG = {"letters": "L" + "o" * 250 + "ng", "ideographs": "長い名前" * 70, "turned": "\u202e" + "abc" * 90}


def test_long_run_names_do_not_widen_the_page(page: Page, odd: OddRuns) -> None:
    runs = [odd.run(name, params={"algorithm": name, "env_id": name}) for name in LONG.values()]
    runs.append(odd.run("child of it", tags={"mlflow.parentRunId": runs[0]}))
    size = page.driver.get_window_size()
    try:
        page.driver.set_window_size(1400, 1000)
        in_list(page, odd, 4)
        page.wait(lambda: page.in_row("child of it", "true"))
        ends = "return [...document.querySelectorAll('#runs-table th.dash-header')].map(t => t.getBoundingClientRect().right)"
        page.wait(lambda: max(page.script(ends)) <= 1400)
        compare(page, runs)
        page.wait(lambda: page.all(".final-metrics tbody tr"))
        assert page.script("return document.querySelector('.final-metrics').getBoundingClientRect().right") <= 1400
        titles = "return [...document.querySelectorAll('.final-metrics .run-name')].map(e => e.title)"
        assert set(LONG.values()) <= set(page.script(titles))
        page.expected_errors = ("/ws/gpu",)
        for path in (f"/mlflow/runs/{runs[0]}", "/"):
            page.open(path)
            page.wait_for_text("Loooo")
            assert page.script("return document.documentElement.scrollWidth") <= 1400
    finally:
        page.driver.set_window_size(size["width"], size["height"])


def test_long_model_names_do_not_widen_the_page(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving, tracking: Tracking
) -> None:
    registry = Registry(tracking, f"odd-{uuid.uuid4().hex[:8]}")
    for name in LONG.values():
        registry.version(algorithm=name, env_id=name)
    page = Page(dash_br.driver, serve(misbehaving.address, model_name=registry.name))
    size = page.driver.get_window_size()
    try:
        page.driver.set_window_size(1400, 1000)
        page.open("/models")
        page.wait(lambda: len(page.column("algorithm", "models-table")) == len(LONG))
        ends = "return [...document.querySelectorAll('#models-table th.dash-header')].map(t => t.getBoundingClientRect().right)"
        page.wait(lambda: max(page.script(ends)) <= 1400)
        page.open("/models/1")
        page.wait_for_text("Loooo")
        assert page.script("return document.documentElement.scrollWidth") <= 1400
    finally:
        page.driver.set_window_size(size["width"], size["height"])


@pytest.mark.thorough
def test_plotlys_syntax_in_a_name_is_shown_as_it_is(page: Page, odd: OddRuns) -> None:
    runs = [odd.run(name) for name in NASTY]
    shown = [f"{name} · {run_id[:8]}" for name, run_id in zip(NASTY, runs, strict=True)]
    compare(page, runs)
    page.wait(lambda: page.script(TEXTS, "#compare-grid .legend-line .run-name") == shown)
    text = " ".join(page.wait(lambda: hovered(page)))
    assert [name for name in shown if name not in text] == []
    page.open(f"/mlflow?experiment={odd.name}")
    page.wait(lambda: sorted(page.column("name")) == sorted(NASTY))
    page.open(f"/mlflow/runs/{runs[1]}")
    page.wait(lambda: page.text("#run-facts h1") == NASTY[1])


def test_line_breaks_in_a_parameter_are_shown(page: Page, odd: OddRuns) -> None:
    value = "first\n\tsecond\n   third"
    runs = [odd.run("a", params={"note": value}), odd.run("b", params={"note": "other"})]
    page.open(f"/mlflow/runs/{runs[0]}")
    page.wait_for_text("second", "#run-parameters")
    assert page.script("return document.querySelector('#run-parameters code').innerText") == value
    compare(page, runs, "&differing=true")
    page.wait_for_text("second", ".final-metrics")
    assert value in page.script("return [...document.querySelectorAll('.as-logged')].map(e => e.innerText)")


@pytest.mark.thorough
def test_odd_runs_are_described_in_japanese(page: Page, odd: OddRuns) -> None:
    long_ago = odd.now - 9 * DAY_MS
    silent = odd.run("1", [(0, 1.0, 0), (0, -2.0, 5)], status="RUNNING", started_ms=long_ago // 1000)
    child = odd.run("2", tags={"mlflow.parentRunId": silent}, ended_ms=long_ago)
    page.open(f"/mlflow/runs/{child}?lang=ja")
    page.wait_for_text("親の実行", "#run-facts")
    text = page.text("#run-notices") + page.text("#run-facts")
    page.open(f"/mlflow/runs/{silent}?lang=ja")
    page.wait_for_text("正しくありません", "#run-notices")
    text += page.text("#run-notices") + page.text("#run-facts")
    page.open(f"/mlflow?runs={silent},{child}&log_y=true&lang=ja")
    page.wait_for_text("対数", f"#{REWARD}")
    page.wait_for_text("ステップなし", f"#{REWARD}")
    text += page.text(f"#{REWARD}") + page.text("#compare-notices")
    page.script("window.dash_clientside.set_props('option-axis', {value: 'wall_time'})")
    page.wait_for_text("時刻が正しくないため", f"#{REWARD}")
    text += page.text(f"#{REWARD}")
    assert english_words(text, names=("odd", "UTC", "episode_reward")) <= {"odd"}
