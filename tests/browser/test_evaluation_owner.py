"""An evaluation belongs to the person who started it: shown in two windows of people without a name."""

from collections.abc import Callable

import pytest

from tests.browser.page import Page
from tests.browser.test_inference_page import engine, team, visit  # noqa: F401
from tests.inference.conftest import Team
from tests.inference.engine import Engine

pytest.importorskip("onnx")

from tests.inference.slow_policy import slow

OTHERS = "Another page started this evaluation: it can be cancelled there, or ends by itself."


def button_is_enabled(page: Page, button: str) -> bool:
    return page.find(f"#evaluation-{button}").is_enabled()


def test_only_the_window_that_started_an_evaluation_can_cancel_it(
    visit: Callable[[str], Page],  # noqa: F811
    team: Team,  # noqa: F811
    engine: Engine,  # noqa: F811
) -> None:
    model = team.registry.version(slow())
    address = f"/inference?model={model}"
    page = visit(address)
    own_window = page.driver.current_window_handle
    page.click("#evaluation-start")
    page.wait(lambda: button_is_enabled(page, "cancel"))
    page.driver.switch_to.new_window("tab")
    try:
        visit(address)
        page.wait_for_text(OTHERS, "#evaluation-report")
        assert not button_is_enabled(page, "cancel")
        # Also for a person who is faster than the buttons.
        page.script("window.dash_clientside.set_props('evaluation-cancel', {n_clicks: 1})")
        page.wait(lambda: page.text("#evaluation-report").count(OTHERS) == 2)
        page.driver.close()
    finally:
        page.driver.switch_to.window(own_window)
    assert engine.health()["evaluations"] == 1
    # The identity stays the same on all pages of Clew.
    page.script("window.clew.visit('/models')")
    page.wait_for_text("Models", "h1")
    page.script("window.clew.visit(arguments[0])", address)
    page.wait(lambda: button_is_enabled(page, "cancel"))
    page.click("#evaluation-cancel")
    page.wait_for_text("Cancelled", "#evaluation-report")
