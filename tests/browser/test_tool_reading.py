"""The tool that a run is read as: shown on its page, corrected, reset; one axis for several tools."""

import json
from collections.abc import Callable

import requests
from dash.testing.browser import Browser
from selenium.webdriver.support.select import Select

from tests.browser.page import Page
from tests.misbehaving import Misbehaving, only
from tests.tracking import Tracking

READ_AS = "#run-facts"
CLEANRL = {
    "charts/episodic_return": [10.0, 20.0, 30.0],
    "charts/SPS": [900.0],
    "losses/value_loss": [3.0, 2.0],
    "losses/policy_loss": [0.1, 0.2],
}
SB3 = {"rollout/ep_rew_mean": [11.0, 21.0], "time/fps": [700.0], "train/loss": [5.0, 4.0]}


def stated_reading(tracking: Tracking, experiment: str) -> str:
    """Returns what the experiment's tag states about its tool."""
    answer = requests.get(
        f"{tracking.address}/api/2.0/mlflow/experiments/get", params={"experiment_id": experiment}, timeout=20
    ).json()
    tags = {tag["key"]: tag["value"] for tag in answer["experiment"].get("tags", [])}
    return tags.get("clew.tool", "")


def choose(page: Page, tool: str) -> None:
    if not page.script("return document.querySelector('.tool-correction').open"):
        page.click(".tool-correction summary")
    Select(page.find("#run-tool-choice")).select_by_visible_text(tool)
    page.click("#run-tool-state")


def test_the_recognised_tool_is_shown_corrected_and_reset_and_tools_share_an_axis(
    page: Page, tracking: Tracking, misbehaving: Misbehaving
) -> None:
    group = tracking.experiment()
    misbehaving.alter = only(group)
    run = tracking.run(group, name="Ant-v4__ppo__7__1700000000", metrics=CLEANRL)
    other = tracking.run(group, name="by sb3", metrics=SB3)

    page.open(f"/mlflow/runs/{run}")
    page.wait_for_text("CleanRL", READ_AS)
    text = page.text(READ_AS)
    for part in ("charts/SPS", "a step is a step of the environment", "Ant-v4", "ppo", "loss of the value function"):
        assert part in text, part
    choose(page, "TorchRL")
    page.wait_for_text("are read as TorchRL", "#run-tool-outcome", 90)
    page.wait_for_text("for this experiment, ", READ_AS)
    assert "TorchRL" in page.text(READ_AS)
    assert "Ant-v4" not in page.text(READ_AS).replace("Ant-v4__ppo__7__1700000000", "")
    assert json.loads(stated_reading(tracking, group))["tool"] == "torchrl"
    choose(page, "as Clew recognises them")
    page.wait_for_text("is recognised automatically again", "#run-tool-outcome", 90)
    page.wait_for_text("known by", READ_AS)
    assert stated_reading(tracking, group) == ""

    page.open(f"/mlflow?runs={run},{other}")
    page.wait_for_text("These runs come from several tools", ".grid-hint")
    page.wait_for_text("Policy loss", "#compare-grid")
    page.wait(lambda: page.all("#compare-chart-reward .js-plotly-plot"))
    drawn = "return document.querySelector('#compare-chart-reward .js-plotly-plot')"
    page.wait(lambda: page.script(f"{drawn}.layout.xaxis.title.text") == "Environment steps")
    page.wait_for_text("Episode reward, 2 lines", "#compare-grid")


def test_a_person_who_may_not_write_is_refused_and_nothing_is_written(
    dash_br: Browser, serve: Callable[..., str], tracking: Tracking
) -> None:
    group = tracking.experiment()
    run = tracking.run(group, metrics=SB3)
    page = Page(dash_br.driver, serve(tracking.address, read_only=True))
    page.open(f"/mlflow/runs/{run}")
    page.wait_for_text("Stable-Baselines3", READ_AS)
    choose(page, "skrl")
    page.wait_for_text("read", "#run-tool-outcome")
    assert "are read as" not in page.text("#run-tool-outcome")
    assert stated_reading(tracking, group) == ""
