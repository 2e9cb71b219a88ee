"""Clew in the frame of another site's page, in a browser that gives frames no storage."""

from collections.abc import Callable, Iterator

import pytest
from selenium import webdriver

from tests.browser.conftest import pytest_setup_options
from tests.browser.page import Page
from tests.browser.portal import Portal
from tests.english import english_words
from tests.tracking import Tracking


@pytest.fixture(scope="module")
def without_storage() -> Iterator[webdriver.Chrome]:
    """Starts a Chromium that gives no page cookies or storage, as other browsers do with frames of another site."""
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


@pytest.fixture
def driver(without_storage: webdriver.Chrome) -> webdriver.Chrome:
    """Returns that Chromium on an empty page, its console read."""
    without_storage.switch_to.default_content()
    without_storage.get("about:blank")
    without_storage.get_log("browser")
    return without_storage


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
    # Links lead on inside the frame, and keep the parameters.
    page.click("#compare-table tbody a")
    page.wait_for_text("framed", "h1")
    assert "embed=1" in page.script("return location.search + document.querySelector('a.run-back, main a').href")
    for path in ("/", "/models", "/inference", "/gpu"):
        page.script("window.clew.visit(arguments[0])", f"{path}?embed=1")
        page.wait(lambda: page.text("h1"))
        assert page.all("header") == []
    assert page.console_errors() == []


@pytest.mark.parametrize(("runs", "policy"), [(1, "no-referrer"), (140, "")])
def test_a_long_comparison_in_a_frame_keeps_language_and_embedding(
    driver: webdriver.Chrome,
    serve: Callable[..., str],
    tracking: Tracking,
    portal: Portal,
    runs: int,
    policy: str,
) -> None:
    """Browsers cut a Referer of more than 4,096 characters, and send none if the portal's policy forbids it."""
    experiment = tracking.experiment()
    run = tracking.run(experiment, name="framed", metrics={"success_rate": [0.5, 0.6]})
    others = [f"{number:032x}" for number in range(1, runs)]
    clew = serve(tracking.address, frame_ancestors=portal.address)
    page = Page(driver, portal.address)
    page.expected_errors = ("WebSocket connection",)
    portal.policy = policy
    portal.more = f"referrerpolicy={policy}" if policy else ""
    portal.shows = f"{clew}/mlflow?embed=1&lang=ja&runs={','.join([run, *others])}"
    page.open("/")
    driver.switch_to.frame(driver.find_element("tag name", "iframe"))
    page.wait(lambda: page.lines("compare-chart-success-rate") == [2])
    assert page.all("header") == []
    page.wait_for_text("時点", "#runs-freshness-text")
    page.wait_for_text("最終", "#compare-table")  # written by a callback of the comparison
    english = english_words(page.text("#compare-panel"))
    pieces_of_ids = {word for word in english if set(word) <= set("abcdef0123456789")}
    assert {word for word in english - pieces_of_ids if not word.startswith("framed")} == set()
    links = page.script("return [...document.querySelectorAll('#compare-table a')].map(a => a.href)")
    assert links
    assert all("embed=1" in link and "lang=ja" in link for link in links)
    assert page.console_errors() == []


@pytest.mark.parametrize(
    "lang",
    [
        "ja",
        "x" * 5000,
        pytest.param("日本語", marks=pytest.mark.thorough),
        pytest.param("ja&lang=en", marks=pytest.mark.thorough),
    ],
)
def test_a_page_loads_with_any_language_parameter(
    driver: webdriver.Chrome, serve: Callable[..., str], tracking: Tracking, lang: str
) -> None:
    page = Page(driver, serve(tracking.address))
    page.open(f"/models?lang={lang}&embed=é")
    page.wait_for_text("時点" if lang.startswith("ja") else "as of", "#models-freshness")
    assert page.console_errors() == []


def test_an_unlisted_site_gets_an_empty_frame(
    driver: webdriver.Chrome, serve: Callable[..., str], tracking: Tracking, portal: Portal
) -> None:
    portal.shows = f"{serve(tracking.address)}/mlflow"
    page = Page(driver, portal.address)
    page.open("/")
    page.wait(lambda: any("frame-ancestors" in error for error in page.console_errors()))
