"""The charts' controls and zooms, in a real browser."""

import pytest

from tests.browser.page import Page
from tests.tracking import Tracking

CHARTS = ("compare-chart-reward", "compare-chart-loss", "compare-chart-success-rate")
RANGES = "return [...document.querySelectorAll('#compare-panel .js-plotly-plot')].map(g => g.layout.xaxis.range)"


@pytest.fixture(scope="module")
def four(tracking: Tracking) -> list[str]:
    """Returns the ids of four seeds of one setting."""
    group = tracking.experiment()
    values = [float(step % 50) for step in range(3000)]
    metrics = {"episode_reward": values, "loss": [1.0, 2.0, 3.0], "success_rate": [0.0, 0.5, 1.0]}
    return [
        tracking.run(group, name=f"s{i}", params={"seed": str(i), "algorithm": "PPO"}, metrics=metrics)
        for i in range(4)
    ]


@pytest.fixture
def seeds(page: Page, four: list[str]) -> str:
    """Opens their comparison; returns the address."""
    address = f"/mlflow?runs={','.join(four)}"
    page.open(address)
    page.wait(lambda: page.lines(CHARTS[1]) == [3, 3, 3, 3])
    return address


def test_a_zoom_applies_to_all_charts_and_loads_full_data(page: Page, seeds: str) -> None:
    page.wait(lambda: len(page.lines(CHARTS[0])) == 4)
    assert max(page.lines(CHARTS[0])) <= 300
    relayout = "Plotly.relayout(document.querySelector('#compare-chart-reward .js-plotly-plot'), arguments[0])"
    page.script(relayout, {"xaxis.range[0]": 1001, "xaxis.range[1]": 1200})
    page.wait(lambda: page.script(RANGES) == [[1001, 1200]] * 3)
    # All 200 points of the window, and the nearest one on either side.
    page.wait(lambda: page.lines(CHARTS[0]) == [202] * 4)
    assert "x_from=1001" in page.driver.current_url
    page.script(relayout, {"xaxis.autorange": True})
    page.wait(lambda: all(start < 1001 for start, _end in page.script(RANGES)))


def test_controls_change_the_charts_and_the_address(page: Page, seeds: str) -> None:
    of_groups = [f"#option-{name}" for name in ("diverged", "centre", "band")]
    assert not any(page.find(one).is_displayed() for one in of_groups), "they would change nothing"
    page.click("#option-grouped")
    page.wait(lambda: all(page.find(one).is_displayed() for one in of_groups))
    page.wait(lambda: len(page.lines(CHARTS[1])) == 2)  # a band and its line
    page.wait_for_text("IQM of final rewards")
    assert "grouped=true" in page.driver.current_url
    page.script("window.dash_clientside.set_props('option-smoothing', {value: 0.9})")
    page.wait_for_text("smoothed by 0.90", "#compare-chart-reward")
    page.script("window.dash_clientside.set_props('option-axis', {value: 'relative_time'})")
    page.wait_for_text("Time since the start (", "#compare-chart-reward")
    page.driver.refresh()
    page.wait_for_text("smoothed by 0.90", "#compare-chart-reward")
    page.wait_for_text("IQM of final rewards")
    assert page.find("#option-axis").get_attribute("value") == "relative_time"


def test_an_invalid_option_in_the_address_is_reported(page: Page, seeds: str) -> None:
    page.open(seeds + "&smoothing=lots")
    page.wait_for_text("The address has an invalid value for smoothing.")
    page.wait(lambda: page.lines(CHARTS[1]) == [3, 3, 3, 3])
