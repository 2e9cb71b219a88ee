"""Columns of the run list: found by typing, in the reader's order and width, in the address; and selecting in bulk."""

import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from components.run_rows.listing import OF_THEMSELVES
from components.runs.column_menu import column_id
from domain.run_table.column_refs import ColumnRef
from tests.browser.axe import grave_violations
from tests.browser.page import Page
from tests.misbehaving import Misbehaving, only
from tests.tracking import Tracking

IN_BOTH_WAYS = pytest.mark.usefixtures("native_or_paged_list")
MOSTLY_NATIVE = pytest.mark.usefixtures("mostly_native_list")
USUAL = ["name", "run_id", "experiment", "algorithm", "environment", "seed", "started", "success_percent", "episodes"]
HEADS = "return [...document.querySelectorAll('#runs-table th.dash-header[data-dash-column]')].map((head) => head.dataset.dashColumn)"
LR = "param%3Alr_five"
WORDS = "param%3Alr_words"
LEAST = "least%3Atrain%2Floss"


@pytest.fixture
def five(tracking: Tracking, misbehaving: Misbehaving) -> str:
    """Logs an experiment of five runs with parameters, metrics and a tag; the list shows no other."""
    name = f"columns-{uuid.uuid4().hex[:8]}"
    group = tracking.experiment(name)
    misbehaving.alter = only(group)
    for number, rate in enumerate(["1e-3", "3e-4", "0.01", "0.1", "2"]):
        tracking.run(
            group,
            name=f"r{number}",
            params={"lr_five": rate, "note of x": f"text {number}"},
            metrics={"train/loss": [3.0 - number, 2.5, 4.0]},
            tags={"team": "maze" if number % 2 else "robots"},
            started_ms=1_790_000_000_000 + number * 60_000,
        )
    return name


@pytest.fixture
def family(tracking: Tracking, misbehaving: Misbehaving) -> str:
    """Logs an experiment of four runs: the last is a child of the first, and one logged a word among numbers."""
    name = f"columns-{uuid.uuid4().hex[:8]}"
    group = tracking.experiment(name)
    misbehaving.alter = only(group)
    parent: dict[str, str] = {}
    for number, rate in enumerate(["1e-3", "cosine", "3e-4", "0.01"]):
        made = tracking.run(
            group,
            name=f"r{number}",
            params={"lr_words": rate},
            tags=parent if number == 3 else {},
            started_ms=1_790_000_000_000 + number * 60_000,
        )
        parent = parent or {"mlflow.parentRunId": made}
    return name


def headings(page: Page) -> list[str]:
    """Returns all headings except those that appear by themselves where other tests' runs have a value in them."""
    return [head for head in page.script(HEADS) if head not in OF_THEMSELVES]


def address_query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.driver.current_url).query)


def open_menu(page: Page, typed: str) -> None:
    page.click("#runs-columns-open")
    page.wait(lambda: page.find("#runs-column-menu").is_displayed())
    page.find("#runs-column-search").send_keys(typed)


def tick_column(page: Page, ref: str) -> None:
    page.click(f"#runs-column-groups input[data-ref='{ref}']")


def sort(page: Page, column: str) -> None:
    page.click(f"#runs-table th[data-dash-column='{column}'] .column-header--sort")


@MOSTLY_NATIVE
def test_a_parameter_is_found_chosen_sorted_and_filtered_as_numbers(page: Page, five: str) -> None:
    page.open(f"/mlflow?experiment={five}")
    page.wait_for_rows(5)
    assert headings(page)[1:10] == USUAL
    open_menu(page, "LR")
    page.wait(lambda: len(page.all("#runs-column-groups .column-entry")) >= 1)
    tick_column(page, "param:lr_five")
    page.wait(lambda: headings(page)[-1] == LR)
    page.find("#runs-column-search").send_keys(Keys.ESCAPE, Keys.ESCAPE)
    page.wait(lambda: not page.find("#runs-column-menu").is_displayed())
    sort(page, LR)
    page.wait(lambda: page.column("name") == ["r1", "r0", "r2", "r3", "r4"])
    sort(page, LR)
    page.wait(lambda: page.column("name") == ["r4", "r3", "r2", "r0", "r1"])
    page.filter(LR, ">= 0.01")
    page.wait(lambda: page.column("name") == ["r4", "r3", "r2"])
    page.wait(lambda: page.text("#runs-table-shown").endswith("3 shown"))
    page.wait(lambda: address_query(page).get("filter[param:lr_five]") == [">= 0.01"])
    chosen = [column for column in address_query(page)["column"] if column not in OF_THEMSELVES]
    assert chosen == [*USUAL, "status", "param:lr_five"]
    assert address_query(page)["sort"] == ["-param:lr_five"]
    aligned = "return getComputedStyle(document.querySelector(arguments[0])).textAlign"
    assert page.script(aligned, f"#runs-table td[data-dash-column='{LR}']") == "right"


@MOSTLY_NATIVE
def test_a_link_shows_the_identical_list(page: Page, five: str) -> None:
    page.open(
        f"/mlflow?experiment={five}&column=name&column=param:lr_five&column={quote('tag:team')}&column=seed"
        f"&sort=-tag:team&sort=param:lr_five&width=222:param:lr_five&filter[name]={quote('r0 or r1 or r2 or r3')}"
    )
    page.wait(lambda: page.column("name") == ["r0", "r2", "r1", "r3"])
    assert headings(page) == ["details", "name", LR, "tag%3Ateam", "seed"]
    assert page.column("tag%3Ateam") == ["robots", "robots", "maze", "maze"]
    width = "return document.querySelector(arguments[0]).getBoundingClientRect().width"
    page.wait(lambda: abs(page.script(width, f"#runs-table td[data-dash-column='{LR}']") - 222) < 3)
    box = page.find("#runs-table th.dash-filter[data-dash-column='name'] input[type=text]")
    assert box.get_attribute("value") == "r0 or r1 or r2 or r3"
    assert address_query(page)["column"] == ["name", "param:lr_five", "tag:team", "seed"]
    assert address_query(page)["width"] == ["222:param:lr_five"]


def test_invalid_parts_of_the_address_are_reported_and_the_rest_is_shown(page: Page, five: str) -> None:
    page.open(f"/mlflow?experiment={five}&column=name&column=nonsense&column=param:nobody&sort=-what")
    page.wait(lambda: page.column("name") == ["r4", "r3", "r2", "r1", "r0"])
    page.wait_for_text("an invalid value for column, sort")
    assert headings(page) == ["details", "name", "param%3Anobody"]


HOSTILE = ("{a}", 'say "hi"', "it's", "a\\b", "学習 🚀", "a.b,c:d", "%{x}<b>", "x" * 250, "‮rtl")


def test_browser_and_server_encode_hostile_column_names_to_the_same_ids(page: Page, five: str) -> None:
    refs = [ColumnRef(kind="param", key=key) for key in HOSTILE]
    columns = "".join(f"&column={quote(str(ref), safe='')}" for ref in refs)
    page.open(f"/mlflow?experiment={five}&column=name{columns}")
    page.wait(lambda: page.column("name") == ["r4", "r3", "r2", "r1", "r0"])
    assert headings(page) == ["details", "name", *map(column_id, refs)]
    page.wait(lambda: address_query(page)["column"] == ["name", *map(str, refs)])
    for ref in refs[:3]:  # what their ids are made of is compared above
        sort(page, column_id(ref))
        page.filter(column_id(ref), "= –")
        page.wait(lambda ref=ref: str(ref) in address_query(page).get("sort", []))  # type: ignore[misc]
    page.wait(lambda: len(page.column("name")) == 5)


def test_columns_are_moved_and_made_wider_by_pointer_and_keys(page: Page, five: str) -> None:
    page.open(f"/mlflow?experiment={five}&column=name&column=seed&column=status")
    page.wait_for_rows(5)
    status = page.find("#runs-table th.dash-header[data-dash-column='status']")
    name = page.find("#runs-table th.dash-header[data-dash-column='name']")
    left = 3 - name.size["width"] // 2
    ActionChains(page.driver).move_to_element(status).click_and_hold().move_to_element_with_offset(
        name, left, 0
    ).release().perform()
    page.wait(lambda: headings(page) == ["details", "status", "name", "seed"])
    page.find("#runs-table th[data-dash-column='status'] .column-header--sort").send_keys(Keys.SHIFT, Keys.ARROW_RIGHT)
    page.wait(lambda: headings(page) == ["details", "name", "status", "seed"])
    page.wait(lambda: page.find("#runs-columns-said").get_attribute("textContent") == "Status is column 2 of 3")
    page.wait(lambda: address_query(page)["column"] == ["name", "status", "seed"])
    # A long touch of a heading drags it.
    seed, name_at = (page.middle(f"#runs-table th[data-dash-column='{key}']") for key in ("seed", "name"))
    page.drag_with_finger(seed, (name_at[0] - 30, name_at[1]), held=0.6)
    page.wait(lambda: headings(page) == ["details", "seed", "name", "status"])
    handle = "#runs-table th[data-dash-column='name'] .column-width"
    before = page.script(
        "return document.querySelector(arguments[0]).parentElement.getBoundingClientRect().width", handle
    )
    page.find(handle).send_keys(Keys.ARROW_RIGHT)
    page.wait(lambda: address_query(page).get("width") == [f"{round(before + 16)}:name"])
    ActionChains(page.driver).drag_and_drop_by_offset(page.find(handle), 50, 0).perform()
    page.wait(lambda: abs(int(address_query(page)["width"][0].split(":")[0]) - round(before + 66)) <= 2)
    page.find(handle).send_keys(Keys.DELETE)
    page.wait(lambda: "width" not in address_query(page))


# test_sort_parity and test_filters check that both ways sort and filter the same.
@MOSTLY_NATIVE
def test_words_among_numbers_are_shown_sorted_last_and_found(page: Page, family: str) -> None:
    page.open(f"/mlflow?experiment={family}&column=name&column=param:lr_words")
    page.wait(lambda: page.column(WORDS) == ["0.01000", "0.00030", "cosine", "0.00100"])
    sort(page, WORDS)
    page.wait(lambda: page.column("name") == ["r2", "r0", "r3", "r1"])
    sort(page, WORDS)
    page.wait(lambda: page.column("name") == ["r3", "r0", "r2", "r1"])
    page.filter(WORDS, "< 0.01")
    page.wait(lambda: page.column("name") == ["r0", "r2"])
    page.filter(WORDS, "COS")
    page.wait(lambda: page.column("name") == ["r1"])
    page.filter(WORDS, "!= cosine")
    page.wait(lambda: page.column("name") == ["r3", "r0", "r2"])


@MOSTLY_NATIVE
def test_an_automatic_column_enters_the_address_only_when_it_is_moved(page: Page, family: str) -> None:
    page.open(f"/mlflow?experiment={family}&column=name&column=seed")
    page.wait(lambda: page.script(HEADS) == ["details", "name", "seed", "nested"])
    open_menu(page, "lr_words")
    page.wait(lambda: len(page.all("#runs-column-groups .column-entry")) >= 1)
    tick_column(page, "param:lr_words")
    page.wait(lambda: page.script(HEADS) == ["details", "name", "seed", WORDS, "nested"])
    page.wait(lambda: address_query(page)["column"] == ["name", "seed", "param:lr_words"])
    down = "#runs-columns-chosen button[data-does='down'][data-ref='{}']".format
    page.click(down("seed"))
    page.wait(lambda: address_query(page)["column"] == ["name", "param:lr_words", "seed"])
    # No default order places it there: this order is the reader's choice.
    page.click(down("seed"))
    page.wait(lambda: page.script(HEADS) == ["details", "name", WORDS, "nested", "seed"])
    page.wait(lambda: address_query(page)["column"] == ["name", "param:lr_words", "nested", "seed"])
    page.click(down("nested"))
    page.wait(lambda: address_query(page)["column"] == ["name", "param:lr_words", "seed"])


def test_the_menu_orders_hides_and_restores_with_keys(page: Page, five: str) -> None:
    page.open(f"/mlflow?experiment={five}")
    page.wait_for_rows(5)
    open_menu(page, "train loss")
    page.wait(lambda: page.text("#runs-columns-found").startswith("1 of"))
    page.find("#runs-column-search").send_keys(Keys.ARROW_DOWN)
    page.driver.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    assert page.driver.switch_to.active_element.get_attribute("data-ref") == "least:train/loss"
    page.driver.switch_to.active_element.send_keys(Keys.SPACE)
    page.wait(lambda: headings(page)[-1] == LEAST)
    up = page.find("#runs-columns-chosen button[data-does='up'][data-ref='least:train/loss']")
    up.send_keys(Keys.ENTER)
    page.wait(lambda: headings(page)[-2] == LEAST)
    page.wait(lambda: page.driver.switch_to.active_element.get_attribute("data-does") == "up")
    page.click("#runs-columns-chosen button[data-does='hide'][data-ref='seed']")
    page.wait(lambda: "seed" not in headings(page))
    page.wait(lambda: page.column(LEAST) == ["−1.000", "0.000", "1.000", "2.000", "2.500"])
    page.click(".columns-usual")
    page.wait(lambda: headings(page)[1:10] == USUAL)
    page.wait(lambda: "column" not in address_query(page))


def test_the_menu_draws_fifty_of_hundreds_of_columns_until_more_are_requested(page: Page, tracking: Tracking) -> None:
    group = tracking.experiment()
    tracking.run(
        group,
        name="wide",
        params={f"group-{n % 7}/p{n:04}": str(n) for n in range(100)},
        metrics={f"m/{n:04}": [1.0] for n in range(300)},
    )
    page.open("/mlflow")
    page.wait_for_rows(1)
    open_menu(page, "m/")
    page.wait(
        lambda: "300" in page.text("#runs-columns-found") or page.all("#runs-column-groups button[data-more='metric']")
    )
    metrics = "#runs-column-groups section[aria-label='Metrics'] li"
    page.wait(lambda: len(page.all(metrics)) == 50)
    page.click("#runs-column-groups button[data-more='metric']")
    page.wait(lambda: len(page.all(metrics)) >= 300)
    page.find("#runs-column-search").clear()
    page.find("#runs-column-search").send_keys("0299")
    page.wait(lambda: len(page.all(metrics)) == 1)
    assert "in 1 run" in page.text(metrics)


@IN_BOTH_WAYS
def test_select_all_selects_every_run_that_passes_the_filters(page: Page, tracking: Tracking) -> None:
    name = f"bulk-{uuid.uuid4().hex[:8]}"
    group = tracking.experiment(name)
    for number in range(28):
        tracking.run(group, name=f"r{number:02}", started_ms=1_790_000_000_000 + number)
    page.open(f"/mlflow?experiment={name}")
    page.wait_for_rows(25)
    page.click("#runs-select")
    page.wait(lambda: page.text("#runs-select-all") == "All 28 that match the filters")
    page.click("#runs-select-all")
    page.wait_for_text("Compare 28 runs", "#runs-compare")
    page.wait(lambda: len(page.ticked()) == 25)
    page.click("#runs-table .next-page")
    page.wait(lambda: page.ticked() == ["r02", "r01", "r00"])
    page.wait_for_text("Compare 28 runs", "#runs-compare")
    page.tick("r01")
    page.wait_for_text("Compare 27 runs", "#runs-compare")
    page.click("#runs-clear")
    page.filter("name", "r0")
    page.wait(lambda: len(page.column("name")) == 10)
    page.click("#runs-select")
    page.click("#runs-select-page")
    page.wait_for_text("Compare 10 runs", "#runs-compare")
    page.filter("name", "")
    page.wait_for_rows(25)
    page.wait_for_text("Compare 10 runs", "#runs-compare")


@MOSTLY_NATIVE
def test_the_csv_has_the_shown_rows_and_columns(page: Page, five: str) -> None:
    page.open(
        f"/mlflow?experiment={five}&column=name&column=param:lr_five&sort=param:lr_five&filter[name]={quote('r0 or r1 or r2')}"
    )
    page.wait(lambda: page.column("name") == ["r1", "r0", "r2"])
    page.script("HTMLAnchorElement.prototype.click = function () { window.requested = this.href; }")
    page.click("#runs-list-csv")
    got = "const x = new XMLHttpRequest(); x.open('GET', window.requested, false); x.send(); return x.responseText"
    assert page.script(got).split() == ["name,param:lr_five", "r1,3e-4", "r0,1e-3", "r2,0.01"]


def test_other_scripts_read_and_change_the_selection(page: Page, five: str) -> None:
    page.open(f"/mlflow?experiment={five}")
    page.wait_for_rows(5)
    shown = page.script(
        """
        window.heard = [];
        window.clew.selection.onChange((ids) => window.heard.push(ids.length));
        const ids = window.clew.propsOf("runs-table").data.map((row) => row.id);
        window.clew.selection.set(ids.slice(0, 3));
        window.clew.selection.add([ids[4], ids[0]]);
        window.clew.selection.remove([ids[1]]);
        return [ids, window.clew.selection.get()];
        """
    )
    assert sorted(shown[1]) == sorted([shown[0][0], shown[0][2], shown[0][4]])
    page.wait_for_text("Compare 3 runs", "#runs-compare")
    page.wait(lambda: page.ticked() == ["r4", "r2", "r0"])
    page.wait(lambda: page.script("return window.heard.at(-1)") == 3)
    query: dict[str, Any] = page.script("return window.clew.listQuery()")
    assert (query["experiment"], query["algorithm"], query["columns"][0]) == (five, None, "name")


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        pytest.param((1440, 1000), "light", id="desk", marks=pytest.mark.thorough),
        pytest.param((360, 800), "dark", id="phone"),
    ],
)
def test_the_menu_is_accessible(page: Page, five: str, size: tuple[int, int], scheme: str) -> None:
    width, height = size
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 400},
    )
    page.driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    page.open(f"/mlflow?experiment={five}&lang=ja")
    page.wait_for_rows(5)
    open_menu(page, "")
    page.wait(lambda: len(page.all("#runs-column-groups .column-entry")) > 10)
    assert page.script("return document.documentElement.scrollWidth <= window.innerWidth")
    box = page.find("#runs-column-menu").rect
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert grave_violations(page, "menu of columns") == []


@pytest.fixture(autouse=True)
def _restore_window_width(page: Page) -> Iterator[None]:
    yield
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
