"""The app as a person uses it: served over HTTP, in a real Chromium, with a real MLflow behind it."""

import logging
import math
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from dash.testing.browser import Browser
from selenium.webdriver.chrome.options import Options
from werkzeug.serving import BaseWSGIServer, make_server

from app import create_app
from mlflow_api.client import PAGE_RUNS, MlflowApi
from services.connect import connect
from settings.settings import Settings
from tests.browser.page import Page
from tests.browser.portal import Portal
from tests.misbehaving import Misbehaving
from transport import http_client

CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=BackForwardCache",  # it would keep the sockets of pages that were closed
    "--window-size=1440,1000",
    "--js-flags=--no-turbofan",  # no page lives long enough for its costly optimisations to pay
)


def pytest_setup_options() -> Options:
    """Returns the options with which dash's own browser fixture starts Chromium."""
    options = Options()
    for argument in CHROMIUM:
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"intl.accept_languages": "en"})
    return options


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Starts one browser for all tests of this process: starting one takes longer than most of them."""
    with Browser(
        browser="Chrome",
        headless=request.config.getoption("headless"),
        options=[pytest_setup_options()],  # as the hook would pass them
        download_path=str(tmp_path_factory.mktemp("downloads")),
    ) as browser:
        yield browser


@pytest.fixture
def dash_br(chromium: Browser) -> Browser:
    """Returns that browser in its initial state."""
    driver = chromium.driver
    driver.get("about:blank")  # an open page would go on polling its server
    driver.set_window_size(1440, 1000)  # another test may have narrowed it
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    # A resting pointer would bring up tooltips.
    driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 0, "y": 0})
    driver.get_log("browser")
    return chromium


@pytest.fixture(scope="session")
def listening() -> Iterator[socket.socket]:
    """Opens one address for all tests of this process: the browser caches compiled scripts by address."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield listening


@pytest.fixture
def serve(chromium: Browser, cache_dir: Path, listening: socket.socket) -> Iterator[Callable[..., str]]:
    """Serves Clew on an MLflow, as its embedded one, until the test ends; its pages tick every two seconds.

    A tick costs a browser a tenth of a second: fewer ticks speed up everything except waiting for a refresh.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    servers: list[BaseWSGIServer] = []

    def start(mlflow_address: str, **settings: Any) -> str:
        port = urlsplit(mlflow_address).port
        settings = {
            "model_names": settings.get("model_name", "clew-maze")
        } | settings  # runs that others tagged are not shown
        values = Settings(_env_file=None, mlflow_port=port, cache_dir=cache_dir, refresh_seconds=12, **settings)  # type: ignore[call-arg,arg-type]
        clew = create_app(values, connect(values)).server
        server = make_server("127.0.0.1", 0, clew, threaded=True, fd=None if servers else listening.fileno())
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.socket.getsockname()[1]}"

    yield start
    chromium.driver.get("about:blank")  # its page would poll the next Clew at this address before its test does
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def limit_of_mlflow(monkeypatch: pytest.MonkeyPatch) -> float:
    """Raises the time that Clews made in this test give MLflow for each call, and returns it in seconds: a page that
    waits for a call takes longer than any slow machine needs without it."""
    seconds = 500.0
    monkeypatch.setattr(MlflowApi.__init__, "__defaults__", (PAGE_RUNS, math.inf, seconds))
    monkeypatch.setattr(http_client, "READ_SECONDS", seconds)
    return seconds


@pytest.fixture
def clew(serve: Callable[..., str], misbehaving: Misbehaving) -> str:
    """Returns the address of a Clew whose MLflow can be made to misbehave."""
    return serve(misbehaving.address)


@pytest.fixture
def page(dash_br: Browser, clew: str) -> Iterator[Page]:
    """Opens a browser on that Clew; the test fails if the browser's console has an error at its end."""
    page = Page(dash_br.driver, clew)
    yield page
    assert page.console_errors() == []


# Lowers the page's limit of rows that it holds as a whole, wherever a list is laid out.
_LOWER = """
window.setInterval(() => {
    if (!document.getElementById("runs-table")) return;
    const there = window.dash_component_api.getLayout("runs-native-up-to");
    if (there && there.props.data !== 0) window.dash_clientside.set_props("runs-native-up-to", { data: 0 });
}, 10);
"""


def _list_in_mode(mode: str, browser: Browser) -> Iterator[str]:
    if mode == "native":
        yield mode
        return
    added = browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _LOWER})
    yield mode
    browser.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


@pytest.fixture(params=["native", "paged"])
def native_or_paged_list(request: pytest.FixtureRequest, dash_br: Browser) -> Iterator[str]:
    """Parametrizes how the run list works: with all rows in the browser, or page by page as for a very long list."""
    yield from _list_in_mode(request.param, dash_br)


@pytest.fixture(params=["native", pytest.param("paged", marks=pytest.mark.thorough)])
def mostly_native_list(request: pytest.FixtureRequest, dash_br: Browser) -> Iterator[str]:
    """Parametrizes the same, but page by page only in the thorough run: for tests where both modes behave alike."""
    yield from _list_in_mode(request.param, dash_br)


@pytest.fixture
def portal() -> Iterator[Portal]:
    portal = Portal()
    yield portal
    portal.server.shutdown()
    portal.server.server_close()
