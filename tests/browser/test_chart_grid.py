"""The grid of charts, as a person uses it: by pointer, by keys, by address."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser.axe import grave_violations
from tests.browser.page import Page
from tests.tracking import Tracking

KEYS = ("rollout/ep_rew_mean", "train/loss", "train/entropy", "train/approx_kl", "eval/mean_reward", "plain")
ORDER = "return [...document.querySelectorAll('#{place}-grid .grid-charts > *')].map(one => one.dataset.chart)"
COMPARE = ORDER.replace("{place}", "compare")
LINES = "return document.querySelector(`.grid-charts [data-chart='${arguments[0]}'] .js-plotly-plot`)?.calcdata?.length ?? 0"
FOCUS = "document.querySelector(`.grid-charts [data-chart='${arguments[0]}'] .chart-menu-button`).focus()"
STATUS = "return document.querySelector('.grid-status').textContent"


@pytest.fixture(scope="module")
def runs(tracking: Tracking) -> list[str]:
    """Logs two runs with six metrics each, one of which the second lacks."""
    group = tracking.experiment()
    values = [float(step % 7) for step in range(12)]
    first = tracking.run(group, name="one", metrics=dict.fromkeys(KEYS, values))
    second = tracking.run(group, name="two", metrics=dict.fromkeys(KEYS[:-1], values))
    return [first, second]


@pytest.fixture
def compared(page: Page, runs: list[str]) -> Page:
    """Opens the comparison of both: reward and loss are drawn."""
    page.open(f"/mlflow?runs={','.join(runs)}")
    page.wait(lambda: page.script(COMPARE) == ["@reward", "@loss"])
    page.wait(lambda: page.lines("compare-chart-loss") == [12, 12])
    return page


def press(page: Page, *keys: str) -> None:
    chain = ActionChains(page.driver)
    for key in keys:
        chain.send_keys(key)
    chain.perform()


def charts_of_address(page: Page) -> list[str]:
    return parse_qs(urlsplit(page.driver.current_url).query).get("chart", [])


def menu(page: Page, chart: str, item: str) -> None:
    """Opens a chart's menu by keys, and chooses an item of it."""
    page.script(FOCUS, chart)
    press(page, Keys.ENTER)
    page.wait(lambda: page.all(".chart-menu"))
    page.wait(lambda: press(page, item[0].lower()) or page.driver.switch_to.active_element.text.strip() == item)
    press(page, Keys.ENTER)


def test_unlogged_metrics_get_no_chart_and_evaluation_is_offered(compared: Page) -> None:
    assert "None of these runs logged: Success rate." in compared.text("#compare-grid")
    compared.click(".grid-offers button")
    compared.wait(lambda: compared.script(COMPARE) == ["@reward", "@loss", "@eval_reward"])
    compared.wait(lambda: compared.script(LINES, "@eval_reward") == 2)


def test_a_metric_is_found_added_and_pinned_and_an_expression_adds_many(compared: Page) -> None:
    page = compared
    page.click(".grid-add")
    page.wait(lambda: page.all(".metric-picker[open]"))
    press(page, "entropy")
    page.wait_for_text("1 of 6 metrics", ".metric-picker")
    press(page, Keys.ENTER, Keys.ESCAPE)
    page.wait(lambda: page.script(COMPARE) == ["@reward", "@loss", "train/entropy"])
    assert page.driver.switch_to.active_element.get_attribute("class").split()[-1] == "grid-add"
    page.click(".grid-add")
    press(page, "plain")
    page.wait_for_text("in 1 of 2 runs", ".metric-picker")
    page.click(".metric-pin")
    page.click(".metric-picker .btn-primary")
    assert page.script(COMPARE) == ["plain", "@reward", "@loss", "train/entropy"]
    page.click(".grid-add")
    press(page, "/^(train|eval)/")
    page.wait_for_text("4 of 6 metrics", ".metric-picker")
    page.click(".metric-picker .btn-outline-primary")
    page.wait(lambda: len(page.script(COMPARE)) == 7)
    assert charts_of_address(page) == page.script(COMPARE)
    page.click(".grid-add")
    press(page, "/(/")
    page.wait_for_text("This is not a valid regular expression", ".metric-picker")
    press(page, Keys.ESCAPE)


def test_keys_change_order_overlay_scale_and_size_of_charts(compared: Page) -> None:
    page = compared
    page.script(FOCUS, "@loss")
    ActionChains(page.driver).key_down(Keys.SHIFT).send_keys(Keys.ARROW_LEFT).key_up(Keys.SHIFT).perform()
    page.wait(lambda: page.script(COMPARE) == ["@loss", "@reward"])
    assert page.script(STATUS) == "Loss is at place 1 of 2."
    menu(page, "@loss", "Draw a metric over it…")
    page.wait(lambda: page.all(".metric-picker[open]"))
    press(page, "approx", Keys.ENTER)
    over = '{"m":["@loss","train/approx_kl"]}'
    page.wait(lambda: page.script(COMPARE) == [over, "@reward"])
    page.wait(lambda: page.script(LINES, over) == 4)
    page.wait(
        lambda: page.driver.switch_to.active_element.get_attribute("aria-label") == "Menu: Loss · train/approx_kl"
    )
    menu(page, over, "Logarithmic y")
    log = '{"m":["@loss","train/approx_kl"],"log":true}'
    page.wait(lambda: page.script(COMPARE) == [log, "@reward"])
    menu(page, "@reward", "Large, with more points")
    page.wait(lambda: page.script(COMPARE)[1] == '{"m":["@reward"],"wide":true}')
    menu(page, '{"m":["@reward"],"wide":true}', "Pin to the top")
    page.wait(lambda: page.script(COMPARE)[1] == log)
    menu(page, log, "Remove")
    page.wait(lambda: page.script(COMPARE) == ['{"m":["@reward"],"wide":true}'])
    page.click(".grid-reset")
    page.wait(lambda: page.script(COMPARE) == ["@reward", "@loss"])
    assert charts_of_address(page) == []


def test_a_chart_gets_its_own_y_range(compared: Page) -> None:
    page = compared
    menu(page, "@loss", "Range of y…")
    page.wait(lambda: page.all("dialog[open] input"))
    press(page, "5", Keys.TAB, "1", Keys.ENTER)
    page.wait_for_text("The end of the range must be greater than its start.", "dialog[open]")
    press(page, Keys.BACKSPACE, "9", Keys.ENTER)
    ranged = '{"m":["@loss"],"y":[5,9]}'
    page.wait(lambda: page.script(COMPARE) == ["@reward", ranged])
    seen = "return document.querySelector('#compare-chart-loss .js-plotly-plot')?.layout.yaxis.range"
    page.wait(lambda: page.script(seen) == [5, 9])


def test_a_line_is_muted_and_shown_alone_in_all_charts(compared: Page) -> None:
    page = compared
    page.wait(lambda: page.lines("compare-chart-reward") == [12, 12])
    page.script("document.querySelector('.legend-line').focus()")
    press(page, Keys.SPACE)
    page.wait(lambda: page.lines("compare-chart-reward") == [12] and page.lines("compare-chart-loss") == [12])
    press(page, Keys.SPACE)
    page.wait(lambda: page.lines("compare-chart-loss") == [12, 12])
    ActionChains(page.driver).key_down(Keys.SHIFT).send_keys(Keys.ENTER).key_up(Keys.SHIFT).perform()
    pressed = "return [...document.querySelectorAll('.legend-line')].map(one => one.getAttribute('aria-pressed'))"
    page.wait(lambda: page.script(pressed) == ["true", "false"])
    colours = (
        "return [...document.querySelectorAll('#compare-grid .js-plotly-plot')].map(plot => plot.data[0].line.color)"
    )
    page.wait(lambda: len(set(page.script(colours))) == 1 and page.lines("compare-chart-loss") == [12])


def test_hovering_a_chart_shows_a_line_in_the_others_until_the_pointer_leaves(compared: Page) -> None:
    page = compared
    page.wait(lambda: page.lines("compare-chart-reward") == [12, 12])
    seen = "return [...document.querySelectorAll('#compare-grid .chart-hover-line')].map(line => !line.hidden)"
    plot = page.find("#compare-chart-reward .nsewdrag")
    page.script("arguments[0].scrollIntoView({block: 'center'})", plot)

    def hovered() -> bool:
        ActionChains(page.driver).move_to_element_with_offset(plot, 0, 0).move_to_element_with_offset(
            plot, 9, 3
        ).perform()
        return bool(page.script(seen) == [False, True])

    page.wait(hovered)
    ActionChains(page.driver).move_to_element(page.find("#compare-grid .grid-add")).perform()
    page.wait(lambda: page.script(seen) == [False, False])


def test_all_points_of_a_chart_can_be_saved_as_csv(compared: Page) -> None:
    page = compared
    page.script("HTMLAnchorElement.prototype.click = function () { window.saved = this.href; }")
    menu(page, "@loss", "All points (CSV)")
    address = page.wait(lambda: page.script("return window.saved"))
    lines = requests.get(address, timeout=20).text.splitlines()
    assert len(lines) == 1 + 2 * 12
    assert "train/loss" in lines[1]


def test_a_chart_is_dragged_to_another_place_by_mouse_and_by_finger(compared: Page) -> None:
    page = compared
    handle, frame = (".grid-charts [data-chart='{}']" + part for part in (" .chart-handle", ""))
    ActionChains(page.driver).drag_and_drop(
        page.find(handle.format("@loss")), page.find(frame.format("@reward"))
    ).perform()
    page.wait(lambda: page.script(COMPARE) == ["@loss", "@reward"])
    start = page.middle(handle.format("@reward"))
    page.drag_with_finger(start, (start[0] - page.find(frame.format("@loss")).size["width"] - 100, start[1]))
    page.wait(lambda: page.script(COMPARE) == ["@reward", "@loss"])


def test_the_address_restores_charts_sections_and_zoom(compared: Page) -> None:
    page = compared
    page.click(".grid-fold[aria-expanded=false]")
    page.click(".grid-add")
    press(page, "/train/", Keys.TAB)
    page.click(".metric-picker .btn-outline-primary")
    relayout = "Plotly.relayout(document.querySelector('#compare-chart-loss .js-plotly-plot'), arguments[0])"
    page.wait(lambda: page.lines("compare-chart-loss") == [12, 12])
    page.script(relayout, {"xaxis.range[0]": 3, "xaxis.range[1]": 8})
    page.wait(lambda: "x_to=8" in page.driver.current_url)
    order, address = page.script(COMPARE), page.driver.current_url
    sections = "return [...document.querySelectorAll('.grid-fold[aria-expanded=true]')].map(one => one.textContent)"
    open_ones = page.script(sections)
    assert len(order) == 5
    page.driver.switch_to.new_window("window")
    try:
        page.driver.get(address)
        page.wait(lambda: page.script(COMPARE) == order)
        page.wait(lambda: page.script(sections) == open_ones)
        seen = "return document.querySelector('#compare-chart-loss .js-plotly-plot')?.layout.xaxis.range"
        page.wait(lambda: page.script(seen) == [3, 8])
        page.click(".grid-whole")
        page.wait(lambda: "x_to" not in page.driver.current_url)
    finally:
        page.driver.close()
        page.driver.switch_to.window(page.driver.window_handles[0])


def test_only_charts_near_the_view_are_drawn(page: Page, tracking: Tracking) -> None:
    keys = [f"many/metric {number:03}" for number in range(120)]
    run_id = tracking.run(tracking.experiment(), name="many", metrics={key: [1.0, 2.0] for key in keys})
    page.open(f"/mlflow/runs/{run_id}?open=many")
    page.wait(lambda: len(page.all(".section-charts .grid-chart")) == 120)
    page.wait(lambda: page.all(".section-charts .js-plotly-plot"))
    drawn = "return document.querySelectorAll('.js-plotly-plot').length"
    assert page.script(drawn) < 60
    last = "return document.querySelector(`[data-chart='many/metric 119'] .js-plotly-plot .js-line`) !== null"
    page.script("document.querySelector(`[data-chart='many/metric 119']`).scrollIntoView()")
    page.wait(lambda: page.script(last))
    assert page.script(drawn) < 60
    page.click(".grid-add")
    in_document = "return document.querySelectorAll('.metric-list .metric-row').length"
    page.wait(lambda: 5 < page.script(in_document) < 60)
    page.click(".metric-picker .metric-add")
    page.wait(lambda: page.script(STATUS) == "Charts added: 1. There are 1 now.")
    page.click(".metric-picker .btn-outline-primary")
    page.wait_for_text("That makes 120 charts. Add them all", ".metric-picker")
    page.click(".metric-picker .btn-outline-primary")
    page.wait(lambda: len(page.script(ORDER.replace("{place}", "run"))) == 120)
    assert page.script(STATUS) == "Charts added: 119. There are 120 now."
    cut = "return document.querySelector('.metric-rows').clientHeight % document.querySelector('.metric-rows [role=row]').offsetHeight"
    assert page.script(cut) > 9, "a list that ends with a whole row looks as if that were all"


def test_the_table_of_metrics_leads_to_charts(page: Page, runs: list[str]) -> None:
    page.open(f"/mlflow/runs/{runs[0]}")
    page.wait_for_text("6 of 6 metrics", "#run-metrics")
    row = (
        "return [...document.querySelector('#run-metrics .metric-rows [role=row]').children].map(one => one.innerText)"
    )
    page.click("#run-metrics-find")
    press(page, "kl")
    page.wait_for_text("1 of 6 metrics", "#run-metrics")
    page.wait(lambda: page.script(row)[:6] == ["train/approx_kl", "4", "0", "6", "12", "12"])
    page.click("#run-metrics .metric-chart")
    page.wait(lambda: page.script(ORDER.replace("{place}", "run"))[-1] == "train/approx_kl")
    page.wait(lambda: page.script(LINES, "train/approx_kl") == 1)


def test_any_metric_can_be_the_x_axis(compared: Page) -> None:
    page = compared
    page.script("window.dash_clientside.set_props('option-axis', {value: 'metric'})")
    page.wait(lambda: page.all(".metric-picker[open]"))
    press(page, "entropy", Keys.ENTER)
    title = "return document.querySelector('#compare-chart-loss .js-plotly-plot')?.layout.xaxis.title.text"
    page.wait(lambda: page.script(title) == "train/entropy")
    assert "axis=metric%3Atrain%2Fentropy" in page.driver.current_url
    page.driver.refresh()
    page.wait(lambda: page.script(title) == "train/entropy")
    assert page.find("#option-axis").get_attribute("value") == "metric:train/entropy"


def test_the_grid_has_no_grave_accessibility_violation(compared: Page) -> None:
    page, found = compared, []

    def check(where: str, part: str) -> None:
        for scheme, colours in (("light", "too"), ("dark", "only")):
            # During the change between the schemes a link has the colours of neither.
            features = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
            media = {"features": [{"name": name, "value": value} for name, value in features.items()]}
            page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
            page.wait(lambda: page.script("return document.documentElement.dataset.bsTheme === arguments[0]", scheme))  # noqa: B023
            found.extend(grave_violations(page, f"{where}, {scheme}", part=part, colours=colours))  # type: ignore[arg-type]

    page.click(".grid-fold[aria-expanded=false]")
    page.wait(lambda: page.all(".section-charts .js-plotly-plot"))
    check("grid", "#compare-grid")
    page.script(FOCUS, "@loss")
    press(page, Keys.ENTER)
    check("menu", "#compare-grid")
    press(page, Keys.ESCAPE)
    page.click(".grid-add")
    check("picker", ".metric-picker")
    press(page, "/(/")
    check("a bad expression", ".metric-picker")
    press(page, Keys.ESCAPE)
    assert found == []


def test_the_grid_is_in_japanese_and_fits_a_phone(page: Page, runs: list[str]) -> None:
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 360, "height": 700, "deviceScaleFactor": 1, "mobile": False}
    )
    page.open(f"/mlflow?runs={','.join(runs)}&lang=ja")
    page.wait(lambda: page.lines("compare-chart-reward") == [12, 12])
    assert page.script("return document.documentElement.scrollWidth") <= 360
    page.click(".grid-add")
    page.wait(lambda: page.all(".metric-picker[open]"))
    text = page.text(".metric-picker")
    assert re.search("[ぁ-ん]", text)
    words = {word for word in re.findall("[A-Za-z]{4,}", text) if not any(word in key for key in KEYS)}
    assert words == set()
    width = page.script("return document.querySelector('.metric-picker').getBoundingClientRect().right")
    assert width <= 360


def test_long_metric_names_overflow_no_title_cell_or_menu(page: Page, tracking: Tracking) -> None:
    key = f"{'p' * 120}/{'k' * 120}"
    run_id = tracking.run(tracking.experiment(), name="long", metrics={key: [1.0, 3.9e13]})
    page.open(f"/mlflow/runs/{run_id}?open={'p' * 120}")
    page.wait(lambda: page.all(".section-charts .gtitle"))
    ends = "return arguments[0].map(one => document.querySelector(one).getBoundingClientRect()).map(box => [box.left, box.right])"
    (_left, title), (button, _right) = page.script(
        ends, [".section-charts .gtitle", ".section-charts .chart-menu-button"]
    )
    assert title <= button
    assert not page.all(".section-charts .ytitle"), "it would say the title once more, and be cut off"
    page.wait(lambda: page.all(".metric-rows .metric-cell-0"))
    assert page.script(
        "const one = document.querySelector('.metric-rows .metric-cell-0'); return one.scrollWidth <= one.clientWidth"
    )
    page.click(".grid-add")
    page.wait(lambda: page.all(".metric-picker .metric-group"))
    rows = "return [...document.querySelectorAll('.metric-picker [role=listitem]')].map(one => [one.scrollWidth - one.clientWidth, one.scrollHeight - one.clientHeight])"
    assert all(over <= 0 for row in page.script(rows) for over in row)
