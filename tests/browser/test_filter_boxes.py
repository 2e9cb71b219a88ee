"""The boxes of filters: what a person types by hand is kept, found, or reported as invalid."""

import uuid
from collections.abc import Callable

import pytest
from dash.testing.browser import Browser
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page
from tests.misbehaving import Misbehaving
from tests.tracking import Tracking

# As people name their runs: each is found by its whole name, and no other is.
NAMES = (
    *(
        "ppo-lr3e-4",
        "ppo-lr1e-3",
        "gamma 1.0",
        "PPO (v2)",
        "it's final",
        'say "hi"',
        "{braces}",
        "back\\slash",
        "50 % off",
    ),
    *(
        "ne",
        "and so on",
        "contains x",
        "datestartswith 2026",
        "`tick` [1]",
        "学習 その2",
        "Straße",
        "a && b || c",
        "is nil",
    ),
)

# The browser sorts and filters all rows, or the server returns a page of them: the results are the same.
IN_BOTH_WAYS = pytest.mark.usefixtures("native_or_paged_list")
MOSTLY_NATIVE = pytest.mark.usefixtures("mostly_native_list")


def box(page: Page, key: str, table: str = "runs-table") -> str:
    return f"#{table} th.dash-filter[data-dash-column='{key}'] input[type=text]"


def boxes(page: Page) -> set[str]:
    """Returns the columns with a box, without those that appear only where some run has a value in them."""
    cells = page.script(
        "return [...document.querySelectorAll('#runs-table .filter-box')].map((box) => box.closest('th').dataset.dashColumn)"
    )
    return set(cells) - {"nested", "remarks", "sample", "marks"}


def message(page: Page, key: str, table: str = "runs-table") -> str:
    """Returns the text of the element that describes a box, while it is visible."""
    described = page.find(box(page, key, table)).get_attribute("aria-describedby")
    return page.text(f"#{described}") if described else ""


def type_into(page: Page, selector: str, text: str) -> None:
    page.type_into(selector, text)


@pytest.fixture(scope="module")
def named(tracking: Tracking) -> str:
    """Logs an experiment of runs with these names; the seed of each is its index."""
    name = f"named-{uuid.uuid4().hex[:8]}"
    group = tracking.experiment(name)
    for place, run in enumerate(NAMES):
        tracking.run(group, name=run, params={"seed": str(place)}, started_ms=1_600_000_000_000 + place)
    return name


# test_filters checks by pasting that whatever can be typed is found.
@MOSTLY_NATIVE
@pytest.mark.parametrize("names", [NAMES[::3], pytest.param(NAMES, marks=pytest.mark.thorough)], ids=["some", "all"])
def test_each_name_is_found_by_typing_it(page: Page, named: str, names: tuple[str, ...]) -> None:
    page.open(f"/mlflow?experiment={named}")
    page.wait_for_rows(len(NAMES))
    for name in names:
        type_into(page, box(page, "name"), name)
        page.wait(lambda name=name: page.column("name") == [name])  # type: ignore[misc]
        page.wait(lambda: page.text("#runs-table-shown").endswith("1 shown"))
        assert message(page, "name") == ""
    type_into(page, box(page, "name"), "= ne or STRASSE")
    page.wait(lambda: page.column("name") == ["Straße", "ne"])
    type_into(page, box(page, "seed"), "5..9")
    page.wait(lambda: page.column("name") == ["ne"])
    assert f"experiment={named}" in page.driver.current_url
    for key in ("seed", "name"):
        page.find(box(page, key)).clear()
    page.wait(lambda: len(page.column("name")) == len(NAMES))
    page.wait(lambda: page.text("#runs-table-shown") != "" or len(page.column("name")) == len(NAMES))


@IN_BOTH_WAYS
def test_an_invalid_filter_is_reported_next_to_its_box_and_drops_no_run(page: Page, named: str) -> None:
    page.open(f"/mlflow?experiment={named}")
    page.wait_for_rows(len(NAMES))
    type_into(page, box(page, "name"), "(v2)")
    page.wait(lambda: page.column("name") == ["PPO (v2)"])
    type_into(page, box(page, "seed"), "many")
    page.wait(lambda: message(page, "seed") == "“many” is not a number. This filter is not applied.")
    type_into(page, box(page, "started"), "2001-02-30")
    page.wait(lambda: "“2001-02-30” is not a date" in message(page, "started"))
    assert [page.find(box(page, key)).get_attribute("aria-invalid") for key in ("seed", "started", "name")] == [
        "true",
        "true",
        None,
    ]
    live = page.find("#runs-table-misfits")
    assert live.get_attribute("role") == "status"
    assert "Seed: “many” is not a number." in (live.get_attribute("textContent") or "")
    assert "Started: “2001-02-30”" in (live.get_attribute("textContent") or "")
    # Valid filters stay in effect, and so does a corrected one.
    assert page.column("name") == ["PPO (v2)"]
    page.find(box(page, "name")).clear()
    page.wait(lambda: len(page.column("name")) == len(NAMES))
    type_into(page, box(page, "seed"), "<= 1")
    page.wait(lambda: page.column("name") == ["ppo-lr1e-3", "ppo-lr3e-4"])
    type_into(page, box(page, "started"), "2020-09-13")
    page.wait(lambda: message(page, "started") == message(page, "seed") == "")
    page.wait(lambda: live.get_attribute("textContent") == "")
    assert page.find(box(page, "seed")).get_attribute("aria-invalid") is None


@MOSTLY_NATIVE
def test_a_half_typed_filter_stays_under_its_column(page: Page, tracking: Tracking) -> None:
    """It keeps its place while rows and columns come and go, with the focus and the cursor position."""
    name = f"half-{uuid.uuid4().hex[:8]}"
    group = tracking.experiment(name)
    tracking.run(group, name="first", params={"env_id": "Maze"})
    page.open(f"/mlflow?experiment={name}")
    page.wait_for_rows(1)
    page.find(box(page, "environment")).send_keys("Nowhere", Keys.ARROW_LEFT)
    tracking.run(group, name="second", params={"env_id": "Maze"})
    page.wait(lambda: page.column("name") == ["second", "first"])
    for shown in (["name", "environment", "started"], ["name", "seed", "environment", "status"]):
        page.script("window.dash_clientside.set_props('runs-columns', {data: arguments[0]})", shown)
        page.wait(lambda shown=shown: boxes(page) == {*shown})  # type: ignore[misc]
        texts = [page.find(box(page, key)).get_attribute("value") for key in shown]
        assert texts == ["Nowhere" if key == "environment" else "" for key in shown]
        focused = page.script(
            "const at = document.activeElement; return [at.matches(arguments[0]), at.selectionStart]",
            box(page, "environment"),
        )
        assert focused == [True, len("Nowher")]
    assert page.column("name") == ["second", "first"]
    ActionChains(page.driver).send_keys("s", Keys.TAB).perform()
    page.wait(lambda: page.column("name") == [])
    assert page.script("return document.activeElement.matches(arguments[0])", box(page, "status"))


@MOSTLY_NATIVE
def test_the_filter_of_a_hidden_column_applies_only_once_the_column_is_shown_again(page: Page, named: str) -> None:
    page.open(f"/mlflow?experiment={named}")
    page.wait_for_rows(len(NAMES))
    columns = page.script("return window.clew.propsOf('runs-columns').data")
    type_into(page, box(page, "seed"), "3")
    page.wait(lambda: page.column("name") == ["PPO (v2)"])
    show = "window.dash_clientside.set_props('runs-columns', {data: arguments[0]})"
    page.script(show, [key for key in columns if key != "seed"])
    page.wait(lambda: len(page.column("name")) == len(NAMES))
    page.script(show, columns)
    page.wait(lambda: page.column("name") == ["PPO (v2)"])
    assert page.find(box(page, "seed")).get_attribute("value") == "3"


@MOSTLY_NATIVE
def test_going_back_restores_the_filters_and_a_new_visit_starts_without(page: Page, named: str) -> None:
    page.open(f"/mlflow?experiment={named}")
    page.wait_for_rows(len(NAMES))
    type_into(page, box(page, "name"), "(v2)")
    page.wait(lambda: page.column("name") == ["PPO (v2)"])
    page.click("header a[href='/models']")
    page.wait(lambda: page.all("#models-table"))
    page.driver.back()
    page.wait(lambda: page.column("name") == ["PPO (v2)"])
    assert page.find(box(page, "name")).get_attribute("value") == "(v2)"
    page.click("header a[href='/mlflow']")
    page.wait(lambda: page.find(box(page, "name")).get_attribute("value") == "")
    page.wait(lambda: len(page.column("name")) > 1)


def test_only_clews_own_filter_boxes_are_visible(page: Page, named: str) -> None:
    page.open(f"/mlflow?experiment={named}")
    page.wait_for_rows(len(NAMES))
    seen = "return [...document.querySelectorAll('#runs-table th.dash-filter input')].filter(one => one.checkVisibility()).map(one => [one.closest('th').dataset.dashColumn, one.getAttribute('aria-label')])"
    labels = dict(page.script(seen))
    assert labels["name"] == "Filter by Name"
    assert "details" not in labels
    assert len(page.script(seen)) == len(labels) == len(page.all("#runs-table th.dash-header[data-dash-column]")) - 1


def test_enter_that_ends_a_japanese_word_does_not_filter_yet(page: Page, named: str) -> None:
    page.open(f"/mlflow?experiment={named}")
    page.wait_for_rows(len(NAMES))
    page.find(box(page, "name")).send_keys("学")
    press = "document.querySelector(arguments[0]).dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: arguments[1], bubbles: true}))"
    page.script(press, box(page, "name"), True)
    assert page.script("return window.clew.propsOf('runs-table').filter_query || ''") == ""
    page.script(press, box(page, "name"), False)
    page.wait(lambda: page.column("name") == ["学習 その2"])


def test_the_model_list_uses_the_filter_grammar_of_the_run_list(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving, tracking: Tracking
) -> None:
    name = f"maze-{uuid.uuid4().hex[:8]}"
    group = tracking.experiment()
    for algorithm, rate in (("PPO (v2)", "0.07"), ("it's DQN", "0.57"), ("ppo", "1.0")):
        tags = {"algorithm": algorithm, "success_rate": rate, "trained_at": "2026-11-20T12:00:00+00:00"}
        tracking.model(name, experiment_id=group, tags=tags)
    page = Page(dash_br.driver, serve(misbehaving.address, model_name=name))
    page.open("/models?lang=ja")

    def finds(key: str, typed: str, ids: list[str]) -> None:
        type_into(page, box(page, key, "models-table"), typed)
        page.wait(lambda: page.column("model_id", "models-table") == ids)

    page.wait(lambda: page.column("model_id", "models-table") == ["3", "2", "1"])
    finds("algorithm", "ppo", ["3", "1"])
    finds("algorithm", "it's", ["2"])
    finds("algorithm", "= PPO", ["3"])
    finds("algorithm", "(v2) or dqn", ["2", "1"])
    # Ids are text that may be numbers, and a rate of 0.07 is 7.000000000000001 in binary.
    finds("model_id", "> 1", ["2"])
    finds("model_id", "", ["2", "1"])
    finds("success_percent", "7 or 57", ["2", "1"])
    finds("success_percent", "7", ["1"])
    type_into(page, box(page, "episodes", "models-table"), "abc")
    page.wait(lambda: message(page, "episodes", "models-table").startswith("「abc」は数値ではありません。"))
    assert page.column("model_id", "models-table") == ["1"]
    finds("trained", "2026-11", ["1"])
    finds("trained", "> 2026-11", [])
    assert page.console_errors() == []
