"""The page of the GPUs' history, on monitors that kept a day: the query is in the address, and gaps are gaps."""

import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import requests
from dash.testing.browser import Browser

from tests.browser.axe import grave_violations
from tests.browser.page import Page
from tests.fleet.kept_days import HOUR_MS, NOW, TRAINING, fill
from tests.gpus.conftest import Start, library, start  # noqa: F401
from tests.misbehaving import Misbehaving
from tests.tracking import Tracking

LINES = "return document.querySelector('#fleet-chart .js-plotly-plot').data.map((one) => one.name)"
GAPS = "return document.querySelector('#fleet-chart .js-plotly-plot').data[0].y.filter((one) => one === null).length"
ZOOM = """
const graph = document.querySelector('#fleet-chart .js-plotly-plot');
const [low, high] = graph.layout.xaxis.range.map((end) => new Date(end).getTime());
const text = (ms) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');  // as a box drawn by hand tells it
window.Plotly.relayout(graph, {'xaxis.range[0]': text(low + (high - low) / 2), 'xaxis.range[1]': text(high)});
"""


def test_the_history_is_drawn_grouped_zoomed_searched_and_kept_in_the_address(
    dash_br: Browser,
    serve: Callable[..., str],
    misbehaving: Misbehaving,
    tracking: Tracking,
    start: Start,  # noqa: F811
) -> None:
    tags = {"clew.boot_id": "boot-1", "clew.start_ticks": str(TRAINING.start_ticks), "clew.pid": str(TRAINING.pid)}
    run = tracking.run(
        tracking.experiment("mazes-of-gpus"),
        name="ppo [on] gpu",
        tags=tags,
        status="RUNNING",
        started_ms=NOW - 5 * HOUR_MS,
    )
    tracking.end(run, "FINISHED", NOW - HOUR_MS)
    monitor = start(state="count 0")
    fill(monitor.folder, "trainer-1")
    urls = f"trainer-1=http://127.0.0.1:{monitor.port},gone=http://127.0.0.1:1"
    page = Page(dash_br.driver, serve(misbehaving.address, gpu_monitor_urls=urls))

    page.open("/gpu/history?range=8d&measure=memory_used")
    page.wait(lambda: sorted(page.script(LINES)) == ["trainer-1 · 0", "trainer-1 · 1"])
    page.wait_for_text("Invalid in the address: range=8d")
    page.wait_for_text("From the GPU monitors, each of which keeps a day", "#fleet-note")
    page.wait_for_text("The history of gone is missing.", "#fleet-note")
    assert page.script("return document.querySelector('#fleet-measure').value") == "memory_used"
    assert grave_violations(page, "/gpu/history") == []

    page.click("#fleet-by option[value=run]")
    page.wait(lambda: "ada · ppo [on] gpu · mazes-of-gpus" in page.script(LINES))
    page.wait(lambda: page.column("gpu_hours", "fleet-table")[:2] == ["6.00", "5.00"])
    assert "by=run" in page.driver.current_url
    page.click("#fleet-by option[value=gpu]")
    page.wait(lambda: len(page.script(LINES)) == 2)
    assert page.script(GAPS) > 0

    page.script(ZOOM)
    page.wait(lambda: "since_ms" in page.driver.current_url)
    zoomed_query = parse_qs(urlsplit(page.driver.current_url).query)
    # Relative to now: the data is as old as the tests' collection, and a slow machine got here much later.
    assert 11 * HOUR_MS < time.time() * 1000 - int(zoomed_query["since_ms"][0]) < 13 * HOUR_MS
    page.wait(lambda: "1 min" in page.text("#fleet-note"))  # the finer steps of a period under a day
    page.open(urlsplit(page.driver.current_url)._replace(scheme="", netloc="").geturl())
    page.wait(lambda: len(page.script(LINES)) == 2)
    page.click("#fleet-whole")
    page.wait(lambda: "since_ms" not in page.driver.current_url)
    page.wait(lambda: "2 min" in page.text("#fleet-note"))

    find = page.find("#fleet-find")
    find.send_keys("bob")
    page.wait(lambda: page.script(LINES) == ["trainer-1 · 1"])
    file = requests.get(page.find("#fleet-csv").get_attribute("href") or "", timeout=20)
    assert file.text.splitlines()[0].startswith("owner,run_id,run,")
    assert len(file.text.splitlines()) == 2

    # Parts without data leave no empty box behind.
    page.open("/gpu/history?q=nobody-of-ours")
    page.wait_for_text("Nothing in this period has “nobody-of-ours” in its name.", "#fleet-note")
    assert not page.find("#fleet-drawing").is_displayed()
    assert not page.find("#fleet-listing").is_displayed()
    page.open("/gpu/history?by=owner&q=trainer-1")
    page.wait(lambda: page.column("what", "fleet-table") == ["bob", "ada"])

    page.open("/gpu/history?by=run")
    page.wait_for_text("Open", "#fleet-table")
    page.click("#fleet-table td[data-dash-column=details] a")
    page.wait(lambda: page.driver.current_url.endswith(run))
    page.wait_for_text("During the run", "#run-gpus")
    # Three of its four hours were recorded, for one GPU.
    page.wait_for_text("trainer-1 · 0", "#run-gpus")
    assert "3.00" in page.text("#run-gpus")
    assert "80 %" in (page.find("#run-gpus img").get_attribute("alt") or "")
    page.click("#run-gpus a[href*='since_ms']")
    page.wait(lambda: page.script(LINES) == ["trainer-1 · 0"])
    assert page.console_errors() == []
