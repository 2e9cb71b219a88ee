"""Several registered models on the screens: grouped, filtered, each with an active version of its own."""

from collections.abc import Callable, Iterator

import pytest
import requests
from dash.testing.browser import Browser
from selenium.webdriver.support.select import Select

from tests.browser.axe import grave_violations
from tests.browser.page import Page
from tests.browser.test_models_page import choose, shown, state_of
from tests.gpus.monitor import free_port
from tests.registry import Registry
from tests.tracking import Tracking

CART = "cart-of-the-page"


@pytest.fixture
def page(dash_br: Browser, serve: Callable[..., str], tracking: Tracking) -> Iterator[Page]:
    """Opens the models page of a Clew with two registered models; version 1 of each is active."""
    maze, cart = Registry(tracking, "maze-of-the-page"), Registry(tracking, CART)
    for number in (1, 2):
        maze.version(algorithm="PPO", success_rate="0.5", trained_at=f"2026-11-2{number}T12:00:00+00:00")
        note = {"env_id": "CartPole-v1", "owner": "the robot group", "mean_return": "480.5"}
        cart.version(algorithm="DQN", trained_at=f"2026-11-2{number}T12:00:00+00:00", **note)
    for name, alias in ((CART, "active"), (CART, "champion"), (maze.name, "active")):
        tracking.post("registered-models/alias", {"name": name, "alias": alias, "version": "1"})
    settings = {"model_name": maze.name, "model_names": CART, "inference_port": free_port()}
    found = Page(dash_br.driver, serve(tracking.address, **settings))
    found.expected_errors = ("ERR_CONNECTION_REFUSED",)  # no GPU monitor runs for the front page
    found.open("/models")
    found.wait(lambda: shown(found) == ["2", "1", f"{CART}:2", f"{CART}:1"])
    yield found
    assert found.console_errors() == []


def test_each_registered_model_has_its_own_active_version_on_every_page(page: Page) -> None:
    assert shown(page, "state_name") == ["inactive", "active"] * 2
    assert shown(page, "mean_return")[2:] == ["480.5", "480.5"]
    page.wait_for_text("CartPole-v1 · 2 models", ".model-groups li:nth-child(2)")
    Select(page.find("#models-name")).select_by_value(CART)
    page.wait(lambda: shown(page) == [f"{CART}:2", f"{CART}:1"])
    choose(page, f"{CART}:2")
    answer = requests.post(f"{page.address}/api/models/active", json={"model_id": "2"}, timeout=30)
    assert answer.status_code == 200  # of the first one, meanwhile
    page.wait(lambda: page.find("#models-delete").is_enabled())
    Select(page.find("#models-name")).select_by_value("*")
    page.wait(lambda: (state_of(page, "2"), state_of(page, f"{CART}:1")) == ("active", "active"))
    for width in (1440, 400):
        page.driver.set_window_size(width, 1000)
        page.wait(lambda: page.script("return document.documentElement.scrollWidth <= window.innerWidth"))
    page.driver.set_window_size(1440, 1000)
    # Ids sort as the server sorts them: 10 comes after 9, also after a name.
    rows = [{"id": one, "model_id": one} for one in ("10", "9", f"{CART}:10", f"{CART}:9", "b", None)]
    sort = (
        "return window.clew.sortModels(arguments[0], [{column_id: 'model_id', direction: arguments[1]}]).map(r => r.id)"
    )
    assert page.script(sort, rows, "asc") == ["9", "10", f"{CART}:9", f"{CART}:10", "b", None]
    assert page.script(sort, rows, "desc") == ["b", f"{CART}:10", f"{CART}:9", "10", "9", None]
    page.script("dash_clientside.set_props('models-table', {sort_by: [{column_id: 'model_id', direction: 'asc'}]})")
    page.wait(lambda: shown(page) == ["1", "2", f"{CART}:1", f"{CART}:2"])
    page.script("dash_clientside.set_props('models-table', {sort_by: [{column_id: 'mean_return', direction: 'desc'}]})")
    page.wait(lambda: shown(page)[-1] in ("1", "2"))  # the return of these is unknown
    assert grave_violations(page, "/models", part="main") == []
    # Its own page: what others set, and that it is active although another version of the first model was activated.
    page.open(f"/models/{CART}%3A1")
    page.wait_for_text("champion", "#model-facts")
    page.wait_for_text("owner = the robot group", "#model-facts")
    assert page.all("#model-facts .model-active")
    # The front page shows both, with a link to watch each.
    page.open("/")
    page.wait_for_text("Model 2", "#front-model")
    page.wait_for_text(f"Model {CART}:1", "#front-model li")
    assert page.all("#front-model a[href='/inference?play=1']")
    assert page.all(f"#front-model li a[href*='model={CART}%3A1']")
