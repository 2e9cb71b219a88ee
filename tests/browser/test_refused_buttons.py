"""Buttons whose click would be refused are disabled, and give the reason to sighted and blind people."""

from collections.abc import Callable
from typing import Any

import pytest
from dash.testing.browser import Browser

from tests.browser.axe import grave_violations
from tests.browser.page import Page
from tests.browser.test_models_page import choose, registered, shown  # noqa: F401
from tests.misbehaving import Misbehaving

TOKEN = "a-long-enough-token"
UNKNOWN = {"api_token": TOKEN, "trusted_user_header": "X-Forwarded-User"}
Registered = tuple[str, list[str]]
# For each visible button: its text, whether it can be pressed, and the description of its group for screen readers.
BUTTONS = """return [...document.querySelectorAll("#main fieldset button")].filter(b => b.checkVisibility()).map(b => [
    b.innerText, !b.matches(":disabled"),
    (document.getElementById(b.closest("fieldset").getAttribute("aria-describedby")) || {}).innerText || ""])"""
REASONS = {
    "en": "Clew could not identify you, so you can view but not change anything.",
    "ja": "どなたか確認できないため、閲覧のみ可能です。変更はできません。",
}


@pytest.fixture
def visit(
    dash_br: Browser,
    serve: Callable[..., str],
    misbehaving: Misbehaving,
    registered: Registered,  # noqa: F811
) -> Callable[..., Page]:
    """Opens a page of a Clew with such settings, and waits until its callbacks have filled it."""

    def visit(path: str, **settings: Any) -> Page:
        page = Page(dash_br.driver, serve(misbehaving.address, model_name=registered[0], **settings))
        page.open(path)
        if path.startswith("/models?"):
            page.wait(lambda: shown(page) == ["3", "2", "1"])
            choose(page, "2")
        elif path.startswith("/models/"):
            page.wait_for_text("75.0 %", "#model-facts")
        return page

    return visit


@pytest.mark.parametrize(
    ("path", "lang"),
    [
        ("/models?", "en"),
        ("/models/2?", "ja"),
        ("/inference?", "en"),
        pytest.param("/models?", "ja", marks=pytest.mark.thorough),
        pytest.param("/models/2?", "en", marks=pytest.mark.thorough),
        pytest.param("/inference?", "ja", marks=pytest.mark.thorough),
    ],
)
def test_an_unknown_person_sees_why_the_buttons_are_disabled(visit: Callable[..., Page], path: str, lang: str) -> None:
    page = visit(f"{path}lang={lang}", **UNKNOWN)
    page.wait(lambda: page.script(BUTTONS))
    assert {(able, reason) for _text, able, reason in page.script(BUTTONS)} == {(False, REASONS[lang])}
    assert REASONS[lang] in page.text("#main")
    for width in (1440, 400):
        page.driver.set_window_size(width, 1000)
        # Charts take their new width a moment later.
        page.wait(lambda: page.script("return document.documentElement.scrollWidth <= window.innerWidth"))
    page.driver.set_window_size(1440, 1000)
    assert grave_violations(page, path, part="main") == []


def test_a_person_named_by_the_proxy_can_press_the_buttons(visit: Callable[..., Page], dash_br: Browser) -> None:
    dash_br.driver.execute_cdp_cmd("Network.enable", {})
    try:
        dash_br.driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {"X-Forwarded-User": "kim"}})
        page = visit("/models?", **UNKNOWN)
        page.wait(
            lambda: page.script(BUTTONS) == [["Restore", False, ""], ["Delete…", True, ""], ["Activate", True, ""]]
        )
        page.open("/models/2")
        page.wait(lambda: [able for _text, able, _reason in page.script(BUTTONS)] == [True, True, True, False])
        assert REASONS["en"] not in page.text()
    finally:
        dash_br.driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {}})


@pytest.mark.parametrize(
    ("path", "sentence"),
    [("/models?", "changes nothing"), ("/models/2", "changes nothing"), ("/inference", "starts")],
)
def test_a_read_only_clew_has_a_notice_where_its_buttons_would_be(
    visit: Callable[..., Page], path: str, sentence: str
) -> None:
    page = visit(path, read_only=True)
    page.wait_for_text(sentence, "#main")
    assert [text for text, able, _reason in page.script(BUTTONS) if able] == []


@pytest.mark.thorough
def test_reactivation_from_the_history_is_disabled_for_an_unknown_person(
    visit: Callable[..., Page],
    misbehaving: Misbehaving,
    registered: Registered,  # noqa: F811
) -> None:
    page = visit("/models?")
    for model_id in ("2", "3"):
        choose(page, model_id)
        page.click("#models-activate")
        page.wait_for_text(f"Model {model_id} is active now", "#changes")
    page.wait(lambda: page.find("#models-history [data-model='2']").is_enabled())
    page = visit("/models?", **UNKNOWN)
    page.wait(lambda: page.all("#models-history [data-model='2']"))
    button = page.find("#models-history [data-model='2']")
    assert not button.is_enabled()
    assert button.get_attribute("title") == REASONS["en"]
