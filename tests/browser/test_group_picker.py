"""Choosing what makes a group, in a real browser: from five runs without parameters to a band in two clicks."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.axe import grave_violations
from tests.browser.page import Page
from tests.tracking import Tracking

PICKER = "#compare-groups"
SUMMARY = "#compare-group-summary"
BAND = "return [...document.querySelectorAll('#compare-panel .js-plotly-plot')].some(g => g.data.some(t => t.fill))"
NAMES = "return [...document.querySelectorAll('#compare-panel .js-plotly-plot')].flatMap(g => g.data.map(t => t.name || ''))"


def compared(page: Page, ids: list[str]) -> None:
    page.open(f"/mlflow?runs={','.join(ids)}")
    page.wait(lambda: page.script("return document.querySelectorAll('#compare-panel .js-plotly-plot').length") > 0)


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.driver.current_url).query)


@pytest.fixture
def sb3_runs(page: Page, tracking: Tracking) -> list[str]:
    """Logs five runs as Stable-Baselines3's MLflow recipe does, metrics only, and opens their comparison."""
    group = tracking.experiment()
    metrics = {"rollout/ep_rew_mean": [1.0, 2.0, 3.0], "train/loss": [3.0, 2.0, 1.0]}
    ids = [tracking.run(group, name=f"ppo-cartpole-{n}", metrics=metrics) for n in range(1, 6)]
    compared(page, ids)
    return ids


def test_two_clicks_lead_from_runs_without_parameters_to_a_band(page: Page, sb3_runs: list[str]) -> None:
    page.click("#option-grouped")
    page.wait_for_text("By name: all are ppo-cartpole", SUMMARY)
    page.click(f"{SUMMARY} button[data-group^='name:']")
    page.wait(lambda: page.script(BAND))
    page.wait_for_text("1 group (runs in each: 5).", SUMMARY)
    # The address alone shows the same, also to a colleague.
    assert [each[:5] for each in query(page)["group"]] == ["name:"]
    page.driver.refresh()
    page.wait_for_text("1 group (runs in each: 5).", SUMMARY)
    page.wait(lambda: page.script(BAND))
    assert page.find("#compare-group-pattern").get_attribute("value")


def test_runs_are_grouped_all_together_or_by_a_typed_pattern(page: Page, sb3_runs: list[str]) -> None:
    page.click("#option-grouped")
    page.click(f"{SUMMARY} button[data-group='all']")
    page.wait_for_text("1 group (runs in each: 5).", SUMMARY)
    page.click(f"{PICKER} summary")
    page.find("#compare-group-pattern").send_keys("([12])$\n")
    page.wait_for_text("3 groups (runs in each: 1 to 3).", SUMMARY)
    assert query(page)["group"] == ["name:([12])$"]
    page.find("#compare-group-pattern").send_keys("(\n")
    page.wait_for_text("is invalid", "#compare-group-pattern-said")
    assert query(page)["group"] == ["name:([12])$"]


def test_parameters_that_differ_in_each_run_are_named_and_added_by_a_click(page: Page, tracking: Tracking) -> None:
    group = tracking.experiment()
    ids = [
        tracking.run(
            group,
            name=f"s{n}",
            params={"seed": str(n), "lr": "0.1", "log_dir": f"/logs/{n}", "net: A/b": "a" if n < 2 else "b"},
            metrics={"episode_reward": [1.0, 2.0]},
        )
        for n in range(4)
    ]
    compared(page, ids)
    page.click("#option-grouped")
    page.wait_for_text("2 groups (runs in each: 2). Grouped by: net: A/b.", SUMMARY)
    page.wait_for_text("log_dir (paths)", SUMMARY)
    page.click(f"{PICKER} summary")
    page.wait_for_text("net: A/b · 2 values", PICKER)
    page.click(f"{SUMMARY} button[data-group-add='param:log_dir']")
    page.wait_for_text("Each group has only one run.", SUMMARY)
    assert sorted(query(page)["group"]) == ["param:log_dir", "param:net: A/b"]
    page.click(f"{SUMMARY} button[data-group-default]")
    page.wait_for_text("2 groups", SUMMARY)
    assert "group" not in query(page)
    # Without its last tick no parameter distinguishes the runs.
    page.click(f"{PICKER} .group-refs input:checked")
    page.wait_for_text("1 group (runs in each: 4).", SUMMARY)
    assert query(page)["group"] == ["all"]


def test_a_run_is_shown_alone_next_to_its_group(page: Page, sb3_runs: list[str]) -> None:
    page.click("#option-grouped")
    page.click(f"{SUMMARY} button[data-group='all']")
    page.click(f"{PICKER} summary")
    page.wait_for_text("ppo-cartpole-3", "#compare-alone")
    page.click(f"#compare-alone option[value='{sb3_runs[2]}']")
    page.wait_for_text("Shown alone as well as in their group:", SUMMARY)
    assert query(page)["alone"] == [sb3_runs[2]]
    page.wait(lambda: any("ppo-cartpole-3" in name for name in page.script(NAMES)))
    assert grave_violations(page, "group picker", part=PICKER) == []
    page.click(f"{SUMMARY} button[data-alone]")
    page.wait(lambda: "alone" not in query(page))
