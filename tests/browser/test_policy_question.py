"""A policy that can be read in several ways: the activating person chooses one, on a phone and by keyboard."""

import uuid
from collections.abc import Callable
from pathlib import Path

from dash.testing.browser import Browser
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page
from tests.misbehaving import Misbehaving
from tests.registry import Registry
from tests.tracking import Tracking

FILE = Path(__file__).parents[1] / "policies" / "files" / "cartpole_dqn.onnx"


def test_choosing_the_output_type_by_keyboard_activates_the_model(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving, tracking: Tracking
) -> None:
    registry = Registry(tracking, f"question-{uuid.uuid4().hex[:8]}")
    version = registry.version(FILE.read_bytes(), env_id="CartPole-v1")
    page = Page(dash_br.driver, serve(misbehaving.address, model_name=registry.name))
    page.driver.set_window_size(400, 800)
    page.open(f"/models/{version}")
    page.click("[data-change=activate]")
    page.wait_for_text("It is not known what the policy's output 9 means for CartPole-v1", "#change-dialog")
    assert page.script("return [...document.querySelectorAll('#change-dialog label')].map(one => one.innerText)") == [
        "Q values",
        "probabilities",
        "logits",
    ]
    assert not page.find("#change-confirm").is_enabled()
    assert page.script("const d = document.getElementById('change-dialog'); return d.scrollWidth <= d.clientWidth")
    page.find("#change-dialog input").send_keys(Keys.SPACE)
    page.wait(lambda: page.find("#change-confirm").is_enabled())
    page.click("#change-confirm")
    page.wait_for_text(f"Model {version} is active now.", "#changes")
    assert page.console_errors() == []
