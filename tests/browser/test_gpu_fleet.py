"""Many GPUs on one page: the map, its selection, open details, a hidden tab; in a real browser."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dash.testing.browser import Browser
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page
from tests.browser.test_odd_gpus import Foreign, gpu, report, watched
from tests.misbehaving import Misbehaving

HOSTS, GPUS = 12, 8
CELLS = "#gpus-map .gpu-cell"


def host(number: int) -> Foreign:
    """Returns eight GPUs: the first of host 3 has no values, the second is lost; ann has those of host 1, and holds
    an idle one."""

    def reported() -> dict[str, Any]:
        gpus = [
            gpu(place, utilization=10 * place, temperature=30 + place, uuid=f"{number}-{place}") for place in range(8)
        ]
        if number == 3:
            gpus[0] = gpu(0, utilization=None, memory_used=None, temperature=None, power=None)
            gpus[1] = gpu(1, state="lost", error="It fell off the bus.", utilization=None)
        if number == 1:
            process = {"pid": 7, "user": "ann", "command": "python", "memory_used": 4096}
            gpus = [one | {"processes": [process]} for one in gpus]
        return report(gpus, host=f"h{number}")

    return Foreign(reported)


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.driver.current_url).query, keep_blank_values=True)


def groups(page: Page) -> list[tuple[str, int]]:
    code = "return [...document.querySelectorAll('#gpus-map .gpu-group')].map(g => [g.firstChild.textContent, g.querySelectorAll('.gpu-cell').length])"
    return [(name, number) for name, number in page.script(code)]


def cell(page: Page, key: str, what: str) -> Any:
    return page.script(f"return document.querySelector(`{CELLS}[data-key='{key}']`).{what}")


def choose(page: Page, control: str, option: str) -> None:
    page.find(f"#gpus-{control} option[value='{option}']").click()


def press(page: Page, *keys: str) -> None:
    ActionChains(page.driver).send_keys(*keys).perform()


def test_a_map_shows_ninety_six_gpus_and_opened_ones_get_cards(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving
) -> None:
    hosts = [host(number) for number in range(HOSTS)]
    hosts[0].late_seconds = 2.0
    with watched(dash_br, serve, misbehaving, *hosts) as page:
        page.open("/gpu")
        page.wait(lambda: len(page.all(f"{CELLS}[data-heat]")) == HOSTS * GPUS)
        page.wait_for_text("12 of 12 hosts connected.")
        assert groups(page) == [(f"host-{number}", GPUS) for number in range(HOSTS)]
        assert (page.all("#gpus-cards [data-gpu]"), page.all("#gpus-chart .js-plotly-plot .scatterlayer .trace")) == (
            [],
            [],
        )
        # As numbers, colours and text; an unknown value is a dash, and hatched.
        assert (cell(page, "host-0.7", "textContent"), cell(page, "host-0.7", "dataset.heat")) == ("70", "6")
        assert (cell(page, "host-3.0", "textContent"), cell(page, "host-3.0", "hasAttribute('data-unknown')")) == (
            "–",
            True,
        )
        assert "GPU lost" in cell(page, "host-3.1", "ariaLabel")
        page.wait_for_text("96 GPUs: 1 GPU lost", "#gpus-words")
        page.wait_for_text("1 use not known", "#gpus-words")
        choose(page, "metric", "temperature")
        page.wait(lambda: cell(page, "host-0.7", "textContent") == "37")
        assert "°C" in page.find("#gpus-map").get_attribute("aria-label")
        # By keys: one stop of Tab, arrows, and a description of the pointed cell, whichever monitor sent first.
        ActionChains(page.driver).move_to_element(page.find(f"{CELLS}[data-key='host-7.3']")).perform()
        page.wait_for_text("host-7 · GPU 3", ".gpu-pointed")
        page.script("document.querySelector(arguments[0]).focus()", f"{CELLS}[tabindex='0']")
        press(page, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.END, Keys.ARROW_LEFT)
        page.wait_for_text("host-0 · GPU 6 · Foreign 6", ".gpu-pointed")
        assert "60 % · 1.0 / 80.0 GiB · 36 °C · 100 W" in page.text(".gpu-pointed")
        assert len(page.all(f"{CELLS}[tabindex='0']")) == 1
        page.script("document.querySelector('#gpus-map').style.paddingTop = '2rem'")  # cells move beneath the mouse
        sent = hosts[0].sent
        page.wait(lambda: hosts[0].sent > sent + 2)
        assert page.text(".gpu-pointed").startswith("host-0 · GPU 6")
        assert len(page.all(".gpu-pointed > div")) == 3
        press(page, Keys.ENTER)
        page.wait_for_text("36 °C", "#gpus-cards [data-key='host-0.6']")
        page.click(f"{CELLS}[data-key='host-1.2']")
        page.wait_for_text("ann", "#gpus-cards [data-key='host-1.2']")
        page.wait(lambda: query(page)["open"] == ["host-0.6,host-1.2"])
        page.wait(
            lambda: len(page.script("return document.querySelector('#gpus-chart .js-plotly-plot')?.data || []")) == 2
        )
        page.wait_for_text("host-1 GPU 2", "#gpus-chart")
        # Sorted and filtered; the focus stays with its GPU.
        choose(page, "group", "owner")
        page.wait(lambda: groups(page) == [("ann", 8), ("nobody", 88)])
        choose(page, "group", "state")
        page.wait(lambda: [name for name, _number in groups(page)][:2] == ["GPU lost", "idle but reserved"])
        choose(page, "owner", "ann")
        page.wait(lambda: groups(page) == [("idle but reserved", 1), ("busy", 7)])
        page.find("#gpus-host").send_keys("host-2")
        page.wait_for_text("None of 96 GPUs matches.", "#gpus-words")
        page.find("#gpus-host").send_keys(Keys.BACKSPACE, "1")
        page.wait_for_text("8 of 96 GPUs", "#gpus-words")
        # All of it is in the address.
        page.driver.refresh()
        page.wait(lambda: groups(page) == [("idle but reserved", 1), ("busy", 7)])
        page.wait(lambda: len(page.all("#gpus-cards [data-gpu]")) == 2)
        assert query(page) == {
            "metric": ["temperature"], "group": ["state"], "host": ["host-1"], "owner": ["ann"], "open": ["host-0.6,host-1.2"],
        }  # fmt: skip
        page.click("#gpus-open-all")
        page.wait(lambda: len(page.all("#gpus-cards [data-gpu]")) == 9)
        page.click("#gpus-cards [data-key='host-0.6'] .btn-close")
        page.wait(lambda: "host-0.6" not in query(page)["open"][0])
        page.click("#gpus-close-all")
        page.wait(lambda: not page.all("#gpus-cards [data-gpu]"))
        page.open("/gpu?open=host-0.6,elsewhere.1&metric=nonsense&state=odd")
        page.wait_for_text("No such GPU: elsewhere.1", "#gpus-open-note")
        page.wait(lambda: len(page.all(f"{CELLS}[data-heat]")) == HOSTS * GPUS)
        _check_hidden_tab(page, hosts)
        _check_front_page(page)


def _check_hidden_tab(page: Page, hosts: list[Foreign]) -> None:
    """Checks that a hidden tab reads and draws nothing, and shows the newest values once it is visible."""
    page.script(
        "const read = clew.gpuMessages.read; window.behind = { hidden: 0, reads: 0, changes: 0 };"
        "clew.gpuMessages.read = (...given) => { window.behind.reads += document.hidden; return read(...given); };"
        "new MutationObserver(() => window.behind.changes += document.hidden)"
        ".observe(document.querySelector('#gpus-map'), {subtree: true, childList: true, characterData: true, attributes: true});"
        "document.addEventListener('visibilitychange', () => window.behind.hidden += document.hidden)"
    )
    own = page.driver.current_window_handle
    page.driver.switch_to.new_window("tab")
    sent = hosts[0].sent
    page.wait(lambda: hosts[0].sent > sent + 3)
    hosts[0].report = lambda: report([gpu(0, utilization=99, uuid="0-0")], host="h0")
    sent = hosts[0].sent
    page.wait(lambda: hosts[0].sent > sent + 2)
    page.driver.close()
    page.driver.switch_to.window(own)
    page.wait(lambda: groups(page)[0] == ("host-0", 1))
    assert page.script("return window.behind") == {"hidden": 1, "reads": 0, "changes": 0}
    hosts[0].report = host(0).report


def _check_front_page(page: Page) -> None:
    page.open("/")
    page.wait(lambda: len(page.all("#front-gpu-map .gpu-cell[data-heat]")) == HOSTS * GPUS)
    page.wait_for_text("96 GPUs: 1 GPU lost", "#front-gpu-words")
    # Healthy monitors share a line; opened, it stays open when they are polled again.
    page.wait_for_text("12 GPU monitors: healthy", "#front-health-fold")
    page.click("#front-health-fold summary")
    page.wait_for_text("GPU monitor host-11", "#front-health-fold-rows")
    before = page.text("#front-health-fold-rows")
    page.wait(lambda: page.click("#front-health-retry") or page.text("#front-health-fold-rows") != before)
    assert page.script("return document.querySelector('#front-health-fold').open")
    # Only a host that needs attention has a row.
    page.wait(
        lambda: (
            [one.get_attribute("data-use") for one in page.all("#front-gpu-gpus [data-use]")] == ["lost", "reserved"]
        )
    )
    page.click("#front-gpu-map .gpu-cell[data-key='host-3.1']")
    page.wait_for_text("It fell off the bus.", "#gpus-cards [data-key='host-3.1']")


def test_hosts_that_report_impossible_values_are_named_and_the_others_go_on(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving
) -> None:
    names = ["first"]
    crowd = Foreign(lambda: report([gpu(place) for place in range(500)]))
    other = Foreign(lambda: report([gpu(0, uuid="one")], host=names[-1]))
    twin = Foreign(lambda: report([gpu(0, uuid="one", timestamp=0)], history=[{"at": 0, "utilization": {"0": 5}}]))
    machine = {"cpu": 12.4, "cpus": 64, "memory_used": 1024, "memory_total": 2048}
    machine["disk"] = {"path": "/ckpt", "free": 1024, "total": 4096}  # type: ignore[assignment]
    well = Foreign(lambda: report([gpu(0, utilization=well.sent % 100, uuid="two")], machine=machine))
    with watched(dash_br, serve, misbehaving, crowd, other, twin, well) as page:
        page.open("/gpu?open=host-2.0,host-3.0")
        page.wait_for_text("Showing 64 of 500 GPUs.", "#gpu-notice-0")
        page.wait_for_text("The same GPUs are also reported by host-2", "#gpu-notice-1")
        page.wait_for_text("differ by", "#gpu-notice-2")
        names.append("second")
        page.wait_for_text("This monitor reported its host as first, and now reports second.", "#gpu-notice-1")
        assert page.text("#gpu-notice-3") == ""
        expected = "CPU 12 %, 64 processors · memory 1.0 / 2.0 GiB · /ckpt: 1.0 of 4.0 GiB free"
        page.wait_for_text(expected, "#gpus-hosts li:nth-child(4)")
        card = "#gpus-cards [data-key='host-3.0'] [data-part='utilization-text']"
        seen = page.text(card)
        page.wait(lambda: page.text(card) != seen)
        # The time axis is not stretched to the beginning of time.
        day_ms = 86_400_000
        points = "return document.querySelector('#gpus-chart .js-plotly-plot').data.flatMap(t => t.x)"
        page.wait(lambda: page.script(points))
        assert all(abs(at - time.time() * 1000) < 2 * day_ms for at in page.script(points))
        assert (
            json.loads(page.script("return JSON.stringify(clew.propsOf('gpus-monitors').data)"))[0]["name"] == "host-0"
        )
