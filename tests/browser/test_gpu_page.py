"""The GPU page on a real monitor, whose driver is a fake that the test can change; in a real browser."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from dash.testing.browser import Browser
from flask import Flask
from flask_sock import Sock  # type: ignore[import-untyped]
from simple_websocket import Server

from tests.browser.page import Page
from tests.gpus.conftest import Start, library, start  # noqa: F401
from tests.gpus.monitor import Monitor
from tests.inference.engine import listening
from tests.misbehaving import Misbehaving
from tests.tracking import Tracking

SAMPLES = 60
POINTS = (
    "return [...document.querySelector('#gpus-chart .js-plotly-plot').data].map(t => [t.x.length, t.x[t.x.length - 1]])"
)


@pytest.fixture(scope="module")
def monitor(start: Start) -> Monitor:  # noqa: F811
    """Runs a monitor of two GPUs from the first test on: its history grows while the others run."""
    return start(state="count 2\nutil 0 10\nutil 1 20\ntemp 0 50", GPU_SAMPLE_SECONDS="0.5")


@pytest.fixture
def gpus(dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving, monitor: Monitor) -> Iterator[Page]:
    """Opens the GPU page of a Clew with that monitor."""
    page = Page(dash_br.driver, serve(misbehaving.address, gpu_monitor_port=monitor.port))
    page.open("/gpu")
    page.wait(lambda: badge(page) == "connected")
    yield page
    assert page.console_errors() == []


def badge(page: Page) -> str:
    return page.text("#gpu-badge-0")


def value(page: Page, part: str, gpu: int = 0) -> str:
    return page.text(f"#gpus-cards [data-gpu='{gpu}'] [data-part='{part}-text']")


def points(page: Page) -> list[list[float]]:
    """Returns for each line of the chart how many points it has, and the last one's time."""
    return list(page.script(POINTS))


def test_cards_and_chart_follow_new_samples(gpus: Page, monitor: Monitor) -> None:
    page = gpus
    page.wait(lambda: value(page, "utilization") == "10 %")
    assert value(page, "utilization", gpu=1) == "20 %"
    page.wait(lambda: points(page) and points(page)[0][1])  # the cards may be there before the chart
    count, at = points(page)[0]
    monitor.fake.write("count 2", "util 0 90", "util 1 20", "temp 0 61")
    page.wait(lambda: value(page, "utilization") == "90 %")
    page.wait(lambda: value(page, "temperature").startswith("61"))
    page.wait(lambda: points(page)[0][1] > at and (points(page)[0][0] > count or count == SAMPLES))
    summary = "return document.querySelector('#gpus-summary').textContent"
    page.wait(lambda: "GPU 0: now 90 %" in page.script(summary))
    # A sample causes no request to the server of Clew.
    assert (
        page.script(
            "return performance.getEntriesByType('resource').filter(e => e.name.includes('_dash-update')).length"
        )
        < 10
    )


def test_a_lost_gpu_hides_no_other_and_comes_back(gpus: Page, monitor: Monitor) -> None:
    page = gpus
    monitor.fake.write("count 2", "util 1 33", "error 0 * 15")
    page.wait_for_text("GPU lost", "#gpus-cards [data-gpu='0']")
    page.wait(lambda: value(page, "utilization", gpu=1) == "33 %")
    page.wait(lambda: value(page, "utilization") == "–")
    monitor.fake.write("count 2", "util 0 44", "util 1 33")
    page.wait(lambda: value(page, "utilization") == "44 %")
    assert "GPU lost" not in page.text("#gpus-cards")


def test_a_hanging_driver_is_shown_as_stale_and_its_values_stay(gpus: Page, monitor: Monitor) -> None:
    page = gpus
    before = page.wait(lambda: value(page, "utilization"))
    monitor.fake.write("count 2", "util 0 44", "hang 1")
    page.wait_for_text("Stale", "#gpu-notice-0")
    assert (badge(page), value(page, "utilization")) == ("connected", before)
    monitor.fake.write("count 2", "util 0 44")
    page.wait(lambda: not page.all("#gpu-notice-0.show") or "Stale" not in page.text("#gpu-notice-0"))


def test_a_process_that_trains_a_run_leads_to_it(gpus: Page, monitor: Monitor, tracking: Tracking) -> None:
    page, own_process = gpus, psutil.Process()
    stat = Path(f"/proc/{own_process.pid}/stat").read_text().rpartition(")")[2].split()
    tags = {
        "clew.boot_id": Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
        "clew.pid": str(own_process.pid),
        "clew.start_ticks": stat[19],
    }
    experiment = tracking.experiment()
    tracking.run(experiment, name="of-another-boot", status="RUNNING", tags=tags | {"clew.boot_id": "another"})
    tracking.run(experiment, name="mine", status="RUNNING", tags=tags)
    monitor.fake.write("count 2", "util 0 44", f"process 0 {own_process.pid} 512", "process 1 1 64")
    page.wait_for_text("mine", "#gpus-processes")
    rows = page.script("return [...document.querySelectorAll('#gpus-processes tbody tr')].map(r => r.innerText)")
    assert [row.split("\t")[:2] for row in rows] == [["0", str(own_process.pid)], ["1", "1"]]
    assert (rows[0].split("\t")[4:], rows[1].split("\t")[4:]) == (["512", "mine"], ["64", "–"])
    page.click("#gpus-processes a")
    page.wait_for_text("mine", "h1")


def test_ten_page_changes_leave_no_socket_behind(gpus: Page, monitor: Monitor) -> None:
    page = gpus
    for _change in range(10):
        page.click("header a[href='/models']")
        page.wait_for_text("Models", "h1")
        page.click("header a[href='/gpu']")
        page.wait(lambda: badge(page) == "connected")
    monitor.wait_for(lambda health: health["viewers"] == 1)
    page.click("header a[href='/models']")
    monitor.wait_for(lambda health: health["viewers"] == 0)


def test_the_chart_grows_to_sixty_samples_and_stays_there(gpus: Page) -> None:
    page = gpus
    page.wait(lambda: {count for count, _at in points(page)} == {SAMPLES})
    seen = page.wait(lambda: points(page)[0][1])
    page.wait(lambda: points(page)[0][1] > seen + 1000)
    assert {count for count, _at in points(page)} == {SAMPLES}


def test_an_invalid_message_is_reported_and_skipped(gpus: Page) -> None:
    page = gpus
    gpu = {"gpu_id": 0, "timestamp": 1, "utilization": 50}
    send_until_noticed(
        page, json.dumps({"host": "h", "sent_at": 1, "sample_seconds": 0, "gpus": [gpu]}), "is not more than 0"
    )
    assert "sample_seconds: 0 is not more than 0" in page.text("#gpu-notice-0")
    send_until_noticed(page, "<html>", "message: ")
    assert "(1 so far)" not in page.text("#gpu-notice-0")
    assert badge(page) == "connected"


def send_until_noticed(page: Page, text: str, noticed: str) -> None:
    """Sends such a message to the page; repeats it if lost, as Dash passes on only one of two that arrive while it
    is busy."""
    send = "dash_clientside.set_props('gpu-socket-0', {message: {data: arguments[0]}})"
    notice = "return document.querySelector('#gpu-notice-0')?.innerText || ''"
    page.wait(lambda: page.script(send, text) or noticed in page.script(notice))


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGKILL, marks=pytest.mark.thorough)])
def test_the_page_reconnects_after_the_monitor_restarts(gpus: Page, monitor: Monitor, number: int) -> None:
    """P9: within five seconds of its return every open page is connected again."""
    page = gpus
    page.expected_errors = ("WebSocket connection",)
    before = page.wait(lambda: value(page, "utilization"))
    monitor.end(number)
    page.wait(lambda: badge(page) == "reconnecting")
    assert value(page, "utilization") == before
    time.sleep(2)
    monitor.run()
    page.wait(lambda: badge(page) == "connected")


def test_a_connection_that_stalls_silently_is_detected(gpus: Page, monitor: Monitor) -> None:
    """P9 without a close: the service is suspended, and its sockets stay open."""
    page = gpus
    page.expected_errors = ("WebSocket connection",)
    stopped = psutil.Process(monitor.process.pid)
    processes = [stopped, *stopped.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        page.wait(lambda: badge(page) == "reconnecting")
    finally:
        for process in reversed(processes):  # a parent that is resumed first would end a child that is still suspended
            process.resume()
    page.wait(lambda: badge(page) == "connected")


def test_a_host_that_is_away_does_not_hide_the_other(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving, monitor: Monitor
) -> None:
    listed = f"near=http://127.0.0.1:{monitor.port}, far=http://10.255.255.1:8001|ws://127.0.0.1:1/ws/gpu"
    page = Page(dash_br.driver, serve(misbehaving.address, gpu_monitor_urls=listed))
    page.open("/gpu")
    page.wait(lambda: badge(page) == "connected" and value(page, "utilization") != "–")
    page.wait_for_text("ws://127.0.0.1:1/ws/gpu", "#gpu-since-1")
    assert page.text("#gpu-badge-1") in ("connecting", "reconnecting")
    page.wait_for_text("near GPU 1", "#gpus-chart")
    page.wait(lambda: points(page)[1][0] > 1)


class MonitorWithoutHistory:
    """Serves as a monitor of another make: it sends the same message again and again, and never a history."""

    def __init__(self, report: dict[str, Any]) -> None:
        self.connections = 0
        self.app = Flask("teller")

        def talk(server: Server) -> None:
            self.connections += 1
            while True:
                server.send(json.dumps(report | {"sent_at": time.time_ns() // 1_000_000}))
                time.sleep(0.3)

        Sock(self.app).route("/ws/gpu")(talk)


def test_the_page_stops_requesting_history_from_a_monitor_without_it(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving
) -> None:
    gpu = {"gpu_id": 0, "timestamp": 1, "utilization": 50}
    whole, broken = (
        MonitorWithoutHistory({"host": "h", "sample_seconds": 0.5, "gpus": [gpu]}),
        MonitorWithoutHistory({"error": "no driver"}),
    )
    with listening(whole.app) as one, listening(broken.app) as another:
        page = Page(dash_br.driver, serve(misbehaving.address, gpu_monitor_urls=f"one={one},another={another}"))
        page.open("/gpu")
        page.wait(lambda: whole.connections == 3)  # the first, and two retries
        page.wait_for_text("no driver", "#gpu-notice-1")
        time.sleep(2)
        assert (whole.connections, broken.connections) == (3, 1)
        assert [page.text(f"#gpu-badge-{host}") for host in (0, 1)] == ["connected"] * 2
        page.open("/models")
