"""Clew in the frame of another site's page, in a browser that gives frames no storage."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from selenium import webdriver

from tests.browser.conftest import pytest_setup_options
from tests.browser.page import Page
from tests.tracking import Tracking


class Portal:
    """A page at one name, which shows an address of another in a frame."""

    def __init__(self) -> None:
        portal = self
        self.shows = ""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = (
                    f"<!doctype html><title>Portal</title><iframe src='{portal.shows}' width=1200 height=900></iframe>"
                )
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def portal() -> Iterator[Portal]:
    portal = Portal()
    yield portal
    portal.server.shutdown()
    portal.server.server_close()


@pytest.fixture
def driver() -> Iterator[webdriver.Chrome]:
    """A Chromium that gives no page a cookie or any storage, as others do with frames of another site."""
    options = pytest_setup_options()
    options.add_argument("--headless")
    options.add_experimental_option(
        "prefs",
        {"profile.default_content_setting_values.cookies": 2, "intl.accept_languages": "en"},
    )
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options)
    yield driver
    driver.quit()


def test_the_portal_shows_every_page_without_the_header(
    driver: webdriver.Chrome, serve: Callable[..., str], tracking: Tracking, portal: Portal
) -> None:
    run = tracking.run(tracking.experiment(), name="framed", metrics={"success_rate": [0.5]})
    clew = serve(tracking.address, frame_ancestors=portal.address)
    page = Page(driver, portal.address)
    page.expected_errors = ("WebSocket connection",)  # neither a GPU monitor nor an engine runs here
    portal.shows = f"{clew}/mlflow?embed=1&lang=ja&runs={run}"
    page.open("/")
    driver.switch_to.frame(driver.find_element("tag name", "iframe"))
    page.wait(lambda: page.lines("compare-chart-success-rate") == [1])
    assert (
        page.script("try { return window.localStorage.length } catch (error) { return error.name }") == "SecurityError"
    )
    assert page.all("header") == []
    # Links lead on inside the frame, and keep what was asked for.
    page.click("#compare-table tbody a")
    page.wait_for_text("framed", "h1")
    assert "embed=1" in page.script("return location.search + document.querySelector('a.run-back, main a').href")
    for path in ("/", "/models", "/inference", "/gpu"):
        page.script("window.clew.visit(arguments[0])", f"{path}?embed=1")
        page.wait(lambda: page.text("h1"))
        assert page.all("header") == []
    assert page.console_errors() == []


def test_a_site_that_is_not_named_gets_an_empty_frame(
    driver: webdriver.Chrome, serve: Callable[..., str], tracking: Tracking, portal: Portal
) -> None:
    portal.shows = f"{serve(tracking.address)}/mlflow"
    page = Page(driver, portal.address)
    page.open("/")
    page.wait(lambda: any("frame-ancestors" in error for error in page.console_errors()))
