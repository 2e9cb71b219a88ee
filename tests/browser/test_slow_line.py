"""A connection slower than the page's clock, and one that breaks: Dash drops the answer to a repeated request."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from dash.testing.browser import Browser

from tests.browser.page import Page
from tests.gpus.monitor import free_port
from tests.misbehaving import Misbehaving, only
from tests.registry import Registry
from tests.tracking import Tracking

SLOWER_THAN_A_TICK_MS = 1_600  # a tick is a second here


@pytest.fixture(scope="module")
def registry(tracking: Tracking) -> Registry:
    """Registers a model from a run."""
    registry = Registry(tracking, f"line-{uuid.uuid4().hex[:8]}")
    registry.version(algorithm="PPO", success_rate="0.75")
    return registry


@pytest.fixture
def page(dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving, registry: Registry) -> Iterator[Page]:
    """Opens a Clew on an MLflow of one experiment; without an inference engine."""
    misbehaving.alter = only(registry.experiment_id)
    page = Page(dash_br.driver, serve(misbehaving.address, model_name=registry.name, inference_port=free_port()))
    page.expected_errors = ("WebSocket connection",)  # neither a monitor nor an engine runs
    page.driver.execute_cdp_cmd("Network.enable", {})
    yield page
    set_network(page)


def set_network(page: Page, *, latency_ms: int = 0, broken: bool = False) -> None:
    """Sets the state of the browser's network from now on."""
    of_any_width = {"downloadThroughput": -1, "uploadThroughput": -1}
    conditions = {"offline": broken, "latency": latency_ms, **of_any_width}
    page.driver.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)


def test_every_page_fills_when_requests_take_longer_than_a_tick(page: Page, registry: Registry) -> None:
    run = registry.tracking.run(registry.experiment_id, name="slow-line", metrics={"loss": [1.0, 0.5, 0.25]})
    page.open("/mlflow")
    page.wait(lambda: "slow-line" in page.column("name"))
    set_network(page, latency_ms=SLOWER_THAN_A_TICK_MS)
    for path, filled in {
        f"/mlflow/runs/{run}": lambda: page.lines("run-chart-loss") == [3],
        "/": lambda: "Choose a model" in page.text(),
        "/models": lambda: page.column("model_id", table="models-table") == ["1"],
        "/models/1": lambda: "75" in page.text("#model-facts"),
        "/mlflow": lambda: "slow-line" in page.column("name"),
    }.items():
        page.script("window.clew.visit(arguments[0])", path)
        page.wait(filled)
    page.script("window.clew.visit(arguments[0])", f"/mlflow/runs/{run}")  # while the list's clock is stopped
    page.wait(lambda: page.lines("run-chart-loss") == [3])
    assert page.console_errors() == []


def test_a_page_recovers_after_its_connection_was_cut(page: Page, registry: Registry) -> None:
    page.open("/mlflow")
    page.wait_for_rows()
    set_network(page, broken=True)
    page.wait(lambda: any("ERR_INTERNET_DISCONNECTED" in error for error in page.console_errors()))
    set_network(page)
    registry.tracking.run(registry.experiment_id, name="after-the-cut")
    page.wait(lambda: "after-the-cut" in page.column("name"))
