"""The front page on a real MLflow and a monitor over a fake driver; each tile works without another's source."""

import time
import uuid
from collections.abc import Callable, Iterator

import psutil
import pytest
import requests
from dash.testing.browser import Browser

from tests.browser.page import Page
from tests.gpus.conftest import Start, library, start  # noqa: F401
from tests.gpus.monitor import Monitor, free_port
from tests.misbehaving import ERROR_500, HANG, Misbehaving, only
from tests.registry import Registry
from tests.tracking import Tracking

MINUTE_MS = 60_000


@pytest.fixture(scope="module")
def monitor(start: Start) -> Monitor:  # noqa: F811
    """Runs a monitor of four GPUs: busy, used by a process of Clew, idle, lost."""
    return start(state="\n".join(driver()), GPU_SAMPLE_SECONDS="0.5")


def driver(third: int = 0) -> list[str]:
    """Returns what the driver reports of them; the third one's utilisation may rise."""
    held = f"process 1 {psutil.Process().pid} 4096"
    return ["count 4", "util 0 90", "util 1 0", held, f"util 2 {third}", "error 3 * 15"]


@pytest.fixture(scope="module")
def registry(tracking: Tracking) -> Registry:
    """Registers a model, and logs runs: one trains, one stands still, one diverges; two of four can be best."""
    registry = Registry(tracking, f"front-{uuid.uuid4().hex[:8]}")
    registry.version(algorithm="PPO", success_rate="0.75")
    now, group = int(time.time() * 1000), registry.experiment_id
    tracking.run(group, name="training", params={"algorithm": "PPO"}, metrics={"loss": [1.0]}, status="RUNNING")
    still = tracking.run(group, name="standing-still", status="RUNNING", started_ms=now - 30 * MINUTE_MS)
    point = {"key": "loss", "value": 1, "step": 1, "timestamp": now - 12 * MINUTE_MS}
    tracking.post("runs/log-batch", {"run_id": still, "metrics": [point]})
    gone = {"success_rate": [1.0], "loss": [0.5, float("nan")]}
    tracking.run(group, name="gone", params={"algorithm": "DQN"}, metrics=gone)
    tracking.run(group, name="percent", params={"algorithm": "DQN"}, metrics={"success_rate": [87.0]})
    tracking.run(
        group,
        name="going",
        params={"algorithm": "DQN"},
        metrics=gone,
        status="RUNNING",
        started_ms=now - 20 * MINUTE_MS,
    )
    for name, rate in (("worse", 0.25), ("better", 0.875)):
        tracking.run(group, name=name, params={"algorithm": "DQN"}, metrics={"success_rate": [rate]})
    return registry


@pytest.fixture
def front(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving, monitor: Monitor, registry: Registry
) -> Iterator[Page]:
    """Opens the front page of a Clew with that monitor, on an MLflow of one experiment; no inference engine runs."""
    misbehaving.alter = only(registry.experiment_id)
    ports = {"gpu_monitor_port": monitor.port, "inference_port": free_port()}
    page = Page(dash_br.driver, serve(misbehaving.address, model_name=registry.name, **ports))
    yield page
    assert page.console_errors() == []


def uses(page: Page) -> list[str]:
    return [str(badge.get_attribute("data-use")) for badge in page.all("#front-gpu-gpus [data-use]")]


def test_six_tiles_fill_and_stay_while_mlflow_is_down(
    front: Page, monitor: Monitor, misbehaving: Misbehaving, registry: Registry
) -> None:
    page = front
    activate = {"model_id": "1"}
    requests.post(f"{page.address}/api/models/active", json=activate, timeout=30).raise_for_status()
    page.open("/")
    # The active model, and the link to watch it.
    page.wait_for_text("75.0 %", "#front-model")
    page.wait_for_text("Active since", "#front-model")
    assert page.all("#front-model a[href='/models/1']")
    assert page.all("#front-model a[href='/inference?play=1']")
    # Runs: silent ones come first.
    page.wait_for_text("no metric for 1", "#front-runs li:nth-child(1)")
    assert "standing-still" in page.text("#front-runs li:nth-child(1)")
    # Failing runs; the reason is shown on a click.
    page.click("#front-runs li:nth-child(2) summary")
    page.wait_for_text("diverged (NaN at step 2): loss", "#front-runs li:nth-child(2)")
    assert "going" in page.text("#front-runs li:nth-child(2)")
    assert "training PPO last metric" in page.text("#front-runs li:nth-child(3)").replace("\n", " ")
    page.wait_for_text("better", "#front-best")
    assert "environment not logged" in page.text("#front-best h3")
    assert "1 run that diverged is left out. 1 run with a success rate out of range is left out." in page.text(
        "#front-best"
    )
    assert len(page.all("#front-best li")) == 1
    assert page.text("#front-best li").split() == [
        "DQN",
        "better",
        "Success",
        "rate:",
        "87.5",
        "%",
        "final",
        "reward",
        "–",
    ]
    # GPUs, by the rule of the tile; a click shows the reason.
    page.wait(lambda: uses(page) == ["busy", "reserved", "idle", "lost"])
    page.click("#front-gpu-gpus li:nth-child(2) summary")
    held = page.wait(lambda: page.text("#front-gpu-gpus li:nth-child(2) details p"))
    assert "below 5 %" in held
    assert "4,096 MiB" in held
    # A service that is away is named, and hides no other.
    page.wait_for_text("refused the connection", "#front-health")
    assert "GPU monitor local" in page.text("#front-health")
    page.wait(lambda: len(page.all("#front-health .health-ok")) == 3)

    misbehaving.answer = ERROR_500
    for tile in ("attention", "model", "runs", "best"):
        page.wait_for_text("MLflow: answered HTTP 500", f"#front-{tile}-failure")
    monitor.fake.write(*driver(third=80))
    page.wait(lambda: uses(page)[2] == "busy")
    assert "75.0 %" in page.text("#front-model")
    assert "standing-still" in page.text("#front-runs")
    assert "better" in page.text("#front-best")
    page.click("#front-health-retry")
    page.wait(lambda: len(page.all("#front-health .health-down")) == 4)
    misbehaving.answer = None
    for tile in ("attention", "model", "runs", "best"):
        # By script, since the button disappears as soon as a refresh of the page's own succeeds.
        page.script(f"document.querySelector('#front-{tile}-retry')?.click()")
    page.wait(lambda: not page.all(".tile .alert-danger"))
    # Each heading links to its page.
    page.click("#front-gpus h2 a")
    page.wait_for_text("GPUs", "h1")
    page.click(".navbar-brand")
    page.wait(lambda: len(uses(page)) == 4)


def test_an_mlflow_that_hangs_and_a_monitor_that_is_away_delay_no_page(
    limit_of_mlflow: float, dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving, monitor: Monitor
) -> None:
    misbehaving.answer = HANG
    listed = f"near=http://127.0.0.1:{monitor.port}, far=http://127.0.0.1:{free_port()}"
    page = Page(dash_br.driver, serve(misbehaving.address, gpu_monitor_urls=listed, inference_port=free_port()))
    page.expected_errors = ("WebSocket connection",)
    began = time.monotonic()
    page.open("/?lang=ja")
    page.wait(lambda: uses(page)[:2] == ["busy", "reserved"])
    assert time.monotonic() - began < limit_of_mlflow / 2
    page.wait_for_text("127.0.0.1", "#front-gpu-since-1")
    page.wait_for_text("時間内に応答がありませんでした", "#front-health")
    assert len(page.all("#front-health .health-ok")) == 1
    assert page.find("#front-gpus h2 a").get_attribute("href") == f"{page.address}/gpu?lang=ja"
    assert page.console_errors() == []
