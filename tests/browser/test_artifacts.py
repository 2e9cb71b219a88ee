"""The files of a run on its page, each kind as it is shown; no script in any of them ran."""

import logging
from collections.abc import Callable
from urllib.parse import quote

import orjson
import pytest
from dash.testing.browser import Browser
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page
from tests.browser.portal import Portal
from tests.misbehaving import Misbehaving
from tests.run_files.hostile_files import BAD, GOOD, ORACLE
from tests.tracking import Tracking

BODY = "#run-artifacts .artifact-body"
DOCUMENTS = ("README.md", "report.html", "work.ipynb")
# What the page shows of each once loaded; a picture or a film is loaded once it has a width.
SHOWN = {
    **dict.fromkeys(
        ("picture.png", "picture.jpg", "picture.gif", "picture.webp", "drawing.svg"),
        f"return document.querySelector('{BODY} img')?.naturalWidth > 0",
    ),
    "pictures.json": "const all = [...document.querySelectorAll('" + BODY + " td img')];"
    " return all.length === 2 && all.every((one) => one.naturalWidth > 0)",
    "film.webm": f"return document.querySelector('{BODY} video')?.videoWidth === 64",
    **dict.fromkeys(
        ("figure.json", "figure.html"),
        f"return document.querySelectorAll('{BODY} .scatterlayer .js-line').length === 1"
        f" && !document.querySelector('{BODY} svg a, {BODY} svg image, {BODY} .updatemenu-button')",
    ),
    **dict.fromkeys(DOCUMENTS, f"return Boolean(document.querySelector('{BODY} iframe'))"),
}
TEXTS = {
    "notes.txt": "second line",
    "console.log": "line 19999",
    "metrics.json": '"reward"',
    "table.json": "0.75",
    "config.yaml": "algorithm: PPO",
    "table.csv": "=1+1",
    "table.parquet": "200 of 1,000 rows",
    "policy.onnx": "action_probabilities",
    "ü 日本 +&.txt": "größe",
    **{name: "You can download it." for name in BAD},
}


@pytest.fixture(scope="module")
def run_id(tracking: Tracking) -> str:
    """Logs a run with a folder of files of every kind."""
    found = tracking.run(tracking.experiment(), name="files", metrics={"reward": [1.0, 2.0]})
    for name, content in {**GOOD, **BAD}.items():
        tracking.artifact(found, f"deep/er/{name}", content)
    return found


def choose(page: Page, name: str) -> None:
    """Clicks the row of a file, after searching for its name."""
    find = page.find("#artifact-find")
    find.clear()
    find.send_keys(name)
    row = f'#run-artifacts .artifact-row[data-path="deep/er/{name}"]'
    page.wait(lambda: len(page.all("#run-artifacts .artifact-row")) and page.all(row))
    page.click(row)
    page.wait(lambda: page.text("#run-artifacts .artifact-path") == f"deep/er/{name}")


def show_every_kind(page: Page) -> None:
    """Chooses each file, and checks that it is shown or refused; no script in one ran, and nothing is wider than
    the page."""
    page.wait_for_text("second line", BODY)
    for name in {**GOOD, **BAD}:
        choose(page, name)
        if name in TEXTS:
            page.wait_for_text(TEXTS[name], BODY)
        else:
            page.wait(lambda name=name: page.script(SHOWN[name]))  # type: ignore[misc]
        assert page.script("return document.documentElement.scrollWidth <= window.innerWidth"), name
    assert page.script(f"return window.{ORACLE}") is None


def test_every_kind_of_file_is_shown_and_no_script_in_one_ran(
    page: Page, run_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "werkzeug"):
        page.open(f"/mlflow/runs/{run_id}?artifact={quote('deep/er/notes.txt')}")
        show_every_kind(page)
        assert page.console_errors() == []
        # Also in a window of its own, and with each view that a file has.
        for name in ("README.md", "report.html", "work.ipynb", "figure.html", "drawing.svg", "script.png", "film.mp4"):
            for way in ("document", "file") if name in DOCUMENTS else ("file",):
                page.open(f"/api/runs/{run_id}/artifacts/{way}?path={quote(f'deep/er/{name}')}")
                assert page.script(f"return window.{ORACLE}") is None, (name, way)
        page.driver.get_log("browser")  # a browser logs scripts that it refused to run
    assert not [one for one in caplog.messages if f"/{ORACLE}" in one]


def test_every_kind_of_file_is_shown_in_the_frame_of_a_portal(
    dash_br: Browser,
    serve: Callable[..., str],
    tracking: Tracking,
    portal: Portal,
    run_id: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    clew = serve(tracking.address, frame_ancestors=portal.address)
    portal.shows = f"{clew}/mlflow/runs/{run_id}?embed=1&artifact={quote('deep/er/notes.txt')}"
    driver = dash_br.driver
    page = Page(driver, portal.address)
    with caplog.at_level(logging.INFO, "werkzeug"):
        page.open("/")
        driver.switch_to.frame(driver.find_element("tag name", "iframe"))
        show_every_kind(page)
        assert page.console_errors() == []
        driver.switch_to.default_content()
        assert page.script(f"return window.{ORACLE}") is None
        assert page.script("return location.href") == f"{portal.address}/"
    assert not [one for one in caplog.messages if f"/{ORACLE}" in one]


def test_the_keyboard_walks_the_file_tree_and_the_address_keeps_the_file(page: Page, run_id: str) -> None:
    page.open(f"/mlflow/runs/{run_id}")
    page.wait(lambda: page.find("#run-artifacts").is_displayed())
    page.script("document.getElementById('run-artifacts').scrollIntoView()")
    page.wait(lambda: page.all("#run-artifacts .artifact-row"))
    active = "return document.activeElement.dataset.path"
    # Retried if the page was redrawn meanwhile: on a busy machine its parts arrive one after the other.
    begin = f"document.querySelector('#run-artifacts .artifact-row[tabindex=\"0\"]').focus(); {active}"
    page.wait(lambda: page.script(begin) == "deep")
    for key, expected in (
        (Keys.ARROW_RIGHT, "deep"),
        (Keys.ARROW_RIGHT, "deep/er"),
        (Keys.ARROW_RIGHT, "deep/er"),
        (Keys.END, "deep/er/ü 日本 +&.txt"),
        (Keys.ARROW_LEFT, "deep/er"),
        (Keys.ARROW_DOWN, None),
    ):
        ActionChains(page.driver).send_keys(key).perform()  # to the element that has the focus then: rows are redrawn
        page.wait(
            lambda: not page.script("return document.querySelector('#run-artifacts').innerText.includes('Reading')")
        )
        if expected == "deep":
            page.wait(lambda: page.all("#run-artifacts .artifact-row[data-path='deep/er']"))
        if expected is not None:
            page.wait(lambda expected=expected: page.script(active) == expected)  # type: ignore[misc]
    ActionChains(page.driver).send_keys(Keys.ENTER).perform()
    chosen = page.script(active)
    page.wait(lambda: page.text("#run-artifacts .artifact-path") == chosen)
    assert f"artifact={quote(chosen, safe='')}" in page.driver.current_url.replace("+", "%20")
    page.driver.refresh()
    page.wait(lambda: page.text("#run-artifacts .artifact-path") == chosen)


def test_a_long_log_is_followed_and_searched(page: Page, run_id: str, tracking: Tracking) -> None:
    page.open(f"/mlflow/runs/{run_id}?artifact={quote('deep/er/console.log')}")
    page.wait_for_text("line 19999", BODY)
    page.script(f"[...document.querySelectorAll('{BODY} button')].find(b => b.textContent === 'Follow').click()")
    page.wait(lambda: page.all(f"{BODY} button[aria-pressed=true]"))
    tracking.artifact(run_id, "deep/er/console.log", GOOD["console.log"] + b"and one more\n")
    page.wait_for_text("and one more", BODY)
    search = page.find(f"{BODY} input[type=search]")
    search.send_keys("line 4321", Keys.ENTER)
    page.wait_for_text("1 line found.", BODY)
    page.click(f"{BODY} .live-log-found button")
    page.wait(lambda: page.text(f"{BODY} .live-log-here") == "line 4321")
    page.click("#artifact-regex")
    search.clear()
    search.send_keys("^line 1[0-9]{4}$", Keys.SHIFT, Keys.ENTER)
    page.wait_for_text("50 lines found.", BODY)
    assert page.text(f"{BODY} .live-log-found button") == "line 10000"
    page.script(f"[...document.querySelectorAll('{BODY} button')].find(b => b.textContent === 'Search on').click()")
    page.wait(lambda: page.text(f"{BODY} .live-log-found button") == "line 10050")
    search.clear()
    search.send_keys("(", Keys.ENTER)
    page.wait_for_text("The pattern “(” is invalid", BODY)


def test_a_folder_of_thousands_draws_only_visible_rows_and_preloads_the_hovered_folder(
    page: Page, misbehaving: Misbehaving, run_id: str
) -> None:
    many = [{"path": f"frame_{n}.png", "is_dir": False, "file_size": n} for n in range(9_999)]
    many.append({"path": "deep", "is_dir": True})
    misbehaving.instead[f"artifacts/list?run_id={run_id}"] = (200, orjson.dumps({"files": many}), "application/json")
    page.open(f"/mlflow/runs/{run_id}")
    page.wait(lambda: page.find("#run-artifacts").is_displayed())
    page.script("document.getElementById('run-artifacts').scrollIntoView()")
    page.wait_for_text("10,000 files and folders", "#run-artifacts")
    assert len(page.all("#run-artifacts .artifact-row")) < 40
    deep = "#run-artifacts .artifact-row[data-path='deep']"
    page.wait(lambda: hover_over(page, deep) and requests_for_deep(misbehaving) == 1)
    assert page.find(deep).get_attribute("aria-expanded") == "false"
    page.click(deep)
    page.wait(lambda: page.all("#run-artifacts .artifact-row[data-path='deep/er']"))
    assert requests_for_deep(misbehaving) == 1
    page.script("document.querySelector('#run-artifacts .artifact-rows').scrollTop = 1e9")
    page.wait_for_text("frame_9998.png", "#run-artifacts")


def hover_over(page: Page, selector: str) -> bool:
    """Moves the pointer there; retries if the page around it grew meanwhile."""
    ActionChains(page.driver).move_to_element(page.find(selector)).perform()
    return True


def requests_for_deep(misbehaving: Misbehaving) -> int:
    return sum(one.endswith("path=deep") for one in misbehaving.requests)
