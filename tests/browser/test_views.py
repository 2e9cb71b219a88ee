"""Named views and short addresses: saved here, opened in a second browser, by keyboard, and without a name."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import pytest
import requests
from dash.testing.browser import Browser
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from components.run_rows.listing import OF_THEMSELVES
from mlflow_api.views import ADDRESSES, VIEWS
from tests.browser.axe import grave_violations
from tests.browser.conftest import pytest_setup_options
from tests.browser.page import Page
from tests.misbehaving import Misbehaving
from tests.tracking import Tracking

QUERY = "return window.clew.addresses.ofView()"
ROWS = "#views-list li"
HOSTILE = "a, b: %{x} <b>“q”</b> 日本 🏃"


@pytest.fixture
def experiment(tracking: Tracking) -> Iterator[tuple[str, list[str]]]:
    """Logs an experiment with three runs, in an MLflow without views."""
    delete_views(tracking)
    name = f"maze, “{uuid.uuid4().hex[:8]}” & <b>"
    group = tracking.experiment(name)
    metrics = {"episode_reward": [1.0, 2.0, 3.0], "success_rate": [0.0, 0.5, 1.0]}
    yield name, [tracking.run(group, name=f"run-{n}", metrics=metrics, params={"algorithm": "PPO"}) for n in range(3)]
    delete_views(tracking)


def delete_views(tracking: Tracking) -> None:
    for name in (VIEWS, ADDRESSES):
        address = f"{tracking.address}/api/2.0/mlflow/registered-models/delete"
        assert requests.delete(address, json={"name": name}, timeout=20).status_code in (200, 404)


@pytest.fixture(scope="module")
def colleagues() -> Iterator[webdriver.Chrome]:
    """Starts a browser of its own; starting one with nothing cached takes longer than a test."""
    options = pytest_setup_options()
    options.add_argument("--headless=new")
    options.set_capability("goog:loggingPrefs", {"browser": "SEVERE"})
    driver = webdriver.Chrome(options=options)
    yield driver
    driver.quit()


@pytest.fixture
def second(colleagues: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """Returns a colleague's browser."""
    colleagues.get_log("browser")
    yield colleagues
    colleagues.get("about:blank")  # its page would go on polling its Clew


def state(page: Page) -> dict[str, Any]:
    """Returns the part of the page that its address determines."""
    read = """const chosen = (id) => document.getElementById(id).value;
      const all = (selector, what) => [...document.querySelectorAll(selector)].map(what);
      return {query: window.clew.addresses.ofView(), axis: chosen("option-axis"), experiment: chosen("runs-experiment"),
        compared: all("#compare-panel table a", (one) => one.innerText),
        charts: all("#compare-grid .grid-charts > *", (one) => one.dataset.chart),
        columns: all("#runs-table th.dash-header", (one) => one.dataset.dashColumn),
        filters: all("#runs-table th.dash-filter input[type=text]", (one) => one.value),
        rows: all("#runs-table td[data-dash-column='name']", (one) => one.innerText.trim()),
        relations: all("#relations details", (one) => one.open)};"""
    return dict(page.script(read))


def open_page(page: Page, address: str) -> Page:
    """Opens the page at an address, and waits for its list."""
    page.driver.get(address)
    page.wait_for_rows()
    return page


def save(page: Page, name: str) -> str:
    """Saves the shown state; returns the view's id."""
    if not page.find("#views-panel").is_displayed():
        page.click("#views-button")
    box = page.find("#views-name")
    page.wait(box.is_enabled)
    page.driver.execute_script("arguments[0].focus()", box)
    page.driver.execute_cdp_cmd("Input.insertText", {"text": name})  # chromedriver types no emoji
    box.send_keys(Keys.ENTER)
    page.wait_for_text(f"The view “{name}” is saved.", "#changes")
    by_name = "const row = [...document.querySelectorAll('#views-list li')].find(r => r.querySelector('a').innerText === arguments[0]);"
    return str(page.wait(lambda: page.script(by_name + "return row && row.dataset.view", name)))


def press(page: Page, view: str, text: str) -> None:
    """Presses a button of a view in the list."""
    button = (
        "[...document.querySelectorAll(`[data-view='${arguments[0]}'] button`)].find(b => b.innerText === arguments[1])"
    )
    page.wait(lambda: page.script(f"const b = {button}; return b && !b.disabled && (b.click(), true)", view, text))


def test_a_saved_view_shows_the_same_in_a_second_browser(
    page: Page,
    second: webdriver.Chrome,
    experiment: tuple[str, list[str]],
    serve: Callable[..., str],
    misbehaving: Misbehaving,
) -> None:
    name, ids = experiment
    open_page(page, f"{page.address}/mlflow?runs={','.join(ids[:2])}&axis=relative_time&lost=a%2Cb&lost=%26")
    page.script("window.dash_clientside.set_props('runs-experiment', {value: arguments[0]})", name)
    page.wait(lambda: "experiment=" in page.script(QUERY))
    view = save(page, HOSTILE)
    # Another Clew, as on another host, sees it as well.
    other = Page(second, serve(misbehaving.address, state_dir="var"))
    open_page(other, f"{other.address}/mlflow?view={view}")
    other.wait(lambda: state(other) == state(page))
    assert state(other)["query"] == f"runs={ids[0]},{ids[1]}&axis=relative_time&lost=a,b&lost=%26&experiment=" + str(
        page.script("return new URLSearchParams({x: arguments[0]}).toString().slice(2).replace(/%2C/g, ',')", name)
    )
    assert HOSTILE in other.text("#view-opened")
    # Changed, it has another address, which shows a colleague the changed state.
    other.script("window.dash_clientside.set_props('option-axis', {value: 'wall_time'})")
    other.wait(lambda: "axis=wall_time" in other.driver.current_url)
    assert parse_qs(urlsplit(other.driver.current_url).query)["view"] == [view]
    open_page(page, other.driver.current_url.replace(other.address, page.address))
    page.wait(lambda: state(page) == state(other))
    page.wait_for_text("Based on the view", "#view-opened")
    page.click("#views-button")
    page.wait(lambda: page.find("#views-save-changes").is_displayed())
    page.click("#views-save-changes")
    page.wait_for_text("is saved", "#changes")
    open_page(other, f"{other.address}/mlflow?view={view}")
    other.wait(lambda: state(other)["axis"] == "wall_time")
    assert other.console_errors() == []


def test_a_link_shows_the_identical_charts_columns_order_and_filter(
    page: Page,
    second: webdriver.Chrome,
    experiment: tuple[str, list[str]],
    serve: Callable[..., str],
    misbehaving: Misbehaving,
) -> None:
    name, ids = experiment
    query_parts = [
        *[("runs", ",".join(ids)), ("experiment", name), ("sort", "-param:algorithm"), ("sort", "name")],
        *[("column", one) for one in ("param:algorithm", "name", "metric:episode_reward", "user")],
        *[("filter[name]", "run- or x"), ("filter[metric:episode_reward]", "> 0"), ("width", "240:name")],
        *[("chart", "success_rate"), ("chart", '{"m":["episode_reward","success_rate"],"log":true}')],
        *[("relations", "scatter"), ("sx", "metric:episode_reward"), ("sy", "metric:success_rate")],
    ]
    page.expected_errors = ("503",)  # /runs/columns, as long as no run was read on a busy machine
    open_page(page, f"{page.address}/mlflow?{urlencode(query_parts)}")
    page.wait(lambda: len(state(page)["charts"]) == 2 and len(state(page)["rows"]) == 3)
    view = save(page, HOSTILE)
    key = requests.post(f"{page.address}/links", json={"query": page.script(QUERY)}, timeout=20).json()["v"]
    other = Page(second, serve(misbehaving.address))
    other.expected_errors = page.expected_errors
    for address in (f"?view={view}", f"?v={key}"):
        open_page(other, f"{other.address}/mlflow{address}")
        other.wait(lambda: state(other) == state(page))
    shown = state(other)
    assert shown["rows"] == ["run-0", "run-1", "run-2"]
    chosen = [unquote(one) for one in shown["columns"] if one and one not in OF_THEMSELVES]
    assert chosen[-4:] == [
        "param:algorithm",
        "name",
        "metric:episode_reward",
        "user",
    ]
    assert other.console_errors() == []


def test_a_view_is_renamed_made_the_default_and_deleted(page: Page, experiment: tuple[str, list[str]]) -> None:
    name, ids = experiment
    open_page(page, f"{page.address}/mlflow?runs={ids[0]}&axis=relative_time")
    view = save(page, "one")
    save(page, "two")
    press(page, view, "Rename")
    page.wait(lambda: page.find("#views-list input"))
    page.find("#views-list input").send_keys(Keys.HOME + "n" + Keys.ENTER)
    page.wait_for_text("The view is now called “none”.", "#changes")
    page.wait(lambda: [one.text for one in page.all(f"{ROWS} a")] == ["none", "two"])
    # A taken name causes a question.
    page.find("#views-search").send_keys("two")
    page.wait(lambda: len(page.all(ROWS)) == 1)
    page.find("#views-name").send_keys("none" + Keys.ENTER)
    page.wait(lambda: page.find("#change-dialog").is_displayed())
    assert "A view with this name exists" in page.text("#change-dialog")
    page.click("#change-cancel")
    open_page(page, f"{page.address}/mlflow?experiment={quote(name)}")
    page.click("#views-button")
    press(page, view, f"Open “{name}” with it")
    page.wait_for_text(f"“{name}” now opens with “none” for everyone.", "#changes")
    open_page(page, f"{page.address}/mlflow?experiment={quote(name)}")
    page.wait_for_text(f"The team opens the experiment {name} with the view none", "#view-opened")
    assert state(page)["axis"] == "relative_time"
    assert state(page)["experiment"] == name
    page.click("#view-opened a")
    page.wait(lambda: not page.all("#view-opened"))
    page.wait(lambda: state(page)["axis"] != "relative_time")
    page.click("#views-button")
    press(page, view, "Delete…")
    page.click("#change-confirm")
    page.wait_for_text("The view “none” is deleted.", "#changes")
    open_page(page, f"{page.address}/mlflow?experiment={quote(name)}")
    assert not page.all("#view-opened")
    open_page(page, f"{page.address}/mlflow?view={view}")
    page.wait_for_text("There is no such view", "#address-not-opened")


def test_the_menu_works_by_keyboard_and_with_a_screen_reader(page: Page, experiment: tuple[str, list[str]]) -> None:
    open_page(page, f"{page.address}/mlflow")
    save(page, "one")
    page.find("#views-name").send_keys(Keys.ESCAPE)
    page.wait(lambda: not page.find("#views-panel").is_displayed())
    assert page.find("#views-button").get_attribute("aria-expanded") == "false"
    page.script("document.getElementById('views-button').focus()")
    ActionChains(page.driver).send_keys(Keys.ENTER).perform()
    page.wait(lambda: page.script("return document.activeElement.id") == "views-name")
    page.wait(lambda: page.all(ROWS))
    focused = []
    for _step in range(9):
        ActionChains(page.driver).send_keys(Keys.TAB).perform()
        focused.append(page.script("const a = document.activeElement; return a.ariaLabel || a.innerText || a.id"))
    assert focused[:7] == [
        "Save",
        "views-search",
        "one",
        "Copy link: one",
        "Rename: one",
        "Overwrite: one",
        "Delete…: one",
    ]
    assert page.find("#views-panel").is_displayed()
    assert grave_violations(page, "views", part="#views-panel") == []


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (360, "dark"),
        pytest.param(1440, "light", marks=pytest.mark.thorough),
        pytest.param(1440, "dark", marks=pytest.mark.thorough),
        pytest.param(360, "light", marks=pytest.mark.thorough),
    ],
)
def test_the_menu_fits_and_can_be_read(page: Page, experiment: tuple[str, list[str]], width: int, scheme: str) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    media = [{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}]
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    open_page(page, f"{page.address}/mlflow?experiment={quote(experiment[0])}")
    view = save(page, "m" * 200)
    press(page, view, f"Open “{experiment[0]}” with it")
    page.wait_for_text("opens with it", f"[data-view='{view}']")
    box = "const b = document.getElementById('views-panel').getBoundingClientRect(); return [b.left, b.right]"
    left, right = page.script(box)
    assert left >= 0
    assert right <= width
    assert page.script("const p = document.getElementById('views-panel'); return p.scrollWidth <= p.clientWidth")
    assert page.script("return document.documentElement.scrollWidth <= window.innerWidth")
    assert grave_violations(page, "views", part="#views-panel") == []
    narrower = {**size, "width": 340}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", narrower)
    page.wait(lambda: page.script(box)[1] <= 340)  # turned while it is open


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        pytest.param({"read_only": True}, "changes nothing", id="read-only"),
        pytest.param(
            {"api_token": "a-long-enough-token", "trusted_user_header": "X-Forwarded-User"},
            "could not identify you",
            id="not-known",
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_a_person_who_may_not_write_opens_views_and_sees_why_the_rest_is_disabled(
    dash_br: Browser,
    serve: Callable[..., str],
    misbehaving: Misbehaving,
    experiment: tuple[str, list[str]],
    settings: dict[str, Any],
    sentence: str,
) -> None:
    page = Page(dash_br.driver, serve(misbehaving.address))
    open_page(page, f"{page.address}/mlflow?axis=episodes")
    view = save(page, "one")
    page = Page(dash_br.driver, serve(misbehaving.address, **settings))
    many = ",".join([*experiment[1], *(f"{number:032x}" for number in range(70))])
    open_page(page, f"{page.address}/mlflow?runs={many}")
    page.click("#views-button")
    page.wait(lambda: page.all(ROWS))
    assert sentence in page.text("#views-panel")
    able = "return [...document.querySelectorAll('#views-panel button')].filter(b => !b.matches(':disabled')).map(b => b.innerText)"
    assert page.script(able) == ["", "Copy link"]  # the first one closes the panel
    # A long link is copied unshortened, with the reason.
    page.script(
        "window.copied = []; navigator.clipboard.write = () => Promise.reject(); navigator.clipboard.writeText = (t) => (window.copied.push(t), Promise.resolve())"
    )
    page.click("#compare-copy-link")
    page.wait_for_text(sentence, "#changes")
    assert page.script("return window.copied") == [f"{page.address}/mlflow?runs={many}"]
    page.click("#views-button")
    page.wait(lambda: page.all(f"[data-view='{view}'] a"))
    page.click(f"[data-view='{view}'] a")
    page.wait_for_text("View one", "#view-opened")
    assert page.console_errors() == []


def test_a_long_address_is_replaced_by_a_short_one(page: Page, experiment: tuple[str, list[str]]) -> None:
    ids = experiment[1]
    many = ",".join([*ids, *(f"{number:032x}" for number in range(1000))])
    open_page(page, f"{page.address}/mlflow?lang=en")
    page.script("window.clew.setAddress((query) => query.set('runs', arguments[0]))", many)
    before = page.script(QUERY)
    assert len(before) > 33_000
    short = page.wait(lambda: "v=" in page.driver.current_url and page.driver.current_url)
    assert len(short) < 200
    assert page.script(QUERY) == before
    open_page(page, short)  # as a reload
    assert page.script(QUERY) == before
    page.wait(lambda: [one.text[:5] for one in page.all("#compare-panel table a")] == ["run-0", "run-1", "run-2"])
    # A change there applies to the whole; the list and its experiment alone are no reason to write out the long form.
    assert page.driver.current_url == short
    page.script("window.dash_clientside.set_props('option-axis', {value: 'relative_time'})")
    page.wait(lambda: "v=" in page.driver.current_url and page.driver.current_url != short)
    assert page.script(QUERY) == before + "&axis=relative_time"
    page.script(
        "window.copied = []; navigator.clipboard.write = () => Promise.reject(); navigator.clipboard.writeText = (t) => (window.copied.push(t), Promise.resolve())"
    )
    page.click("#compare-copy-link")
    [link] = page.wait(lambda: page.script("return window.copied"))
    assert len(link) < 200
    open_page(page, link)
    assert page.script(QUERY) == before + "&axis=relative_time"


def test_an_unknown_short_address_is_reported_in_the_viewers_language(page: Page) -> None:
    page.open(f"/mlflow?v={'0' * 32}&lang=ja")
    page.wait_for_text("この短縮アドレスはありません", "#address-not-opened")
    page.wait(lambda: page.find("#runs-table"))


def test_an_mlflow_that_is_away_is_reported_in_the_menu(page: Page, misbehaving: Misbehaving) -> None:
    page.open("/mlflow")
    page.wait(lambda: page.find("#views-button"))
    misbehaving.answer = (500, b"{}", "application/json")
    page.click("#views-button")
    page.wait_for_text("MLflow", "#views-note")
    page.find("#views-name").send_keys("one" + Keys.ENTER)
    page.wait_for_text("MLflow", "#changes")
    page.expected_errors = ("500", "503")
