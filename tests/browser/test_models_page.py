"""The flows of the models page, in a real browser on a real registry."""

import time
import uuid
from collections.abc import Callable, Iterator

import pytest
from dash.testing.browser import Browser
from selenium.webdriver.support.select import Select

from tests.browser.page import Page
from tests.misbehaving import HANG, Misbehaving
from tests.tracking import Tracking


@pytest.fixture
def registered(tracking: Tracking) -> tuple[str, list[str]]:
    """Registers a model of three versions; returns its name and their numbers."""
    name = f"maze-{uuid.uuid4().hex[:8]}"
    group = tracking.experiment()
    versions = [
        tracking.model(
            name,
            experiment_id=group,
            tags={
                "algorithm": algorithm,
                "success_rate": rate,
                "total_episodes": "500",
                "trained_at": f"2026-11-2{number}T12:00:00+00:00",
            },
        )
        for number, (algorithm, rate) in enumerate((("PPO", "0.5"), ("DQN", "0.75"), ("PPO", "1.0")))
    ]
    return name, versions


@pytest.fixture
def models(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving, registered: tuple[str, list[str]]
) -> Iterator[Page]:
    """Opens the models page of a Clew on that registry."""
    page = Page(dash_br.driver, serve(misbehaving.address, model_name=registered[0]))
    page.open("/models")
    page.wait(lambda: shown(page) == ["3", "2", "1"])
    yield page
    assert page.console_errors() == []


def shown(page: Page, key: str = "model_id") -> list[str]:
    """Returns a column of the table."""
    return page.column(key, table="models-table")


def choose(page: Page, model_id: str) -> None:
    """Clicks the radio button of a model."""
    page.tick(model_id, "model_id", "models-table")
    page.wait(lambda: chosen(page, model_id))
    page.wait(lambda: page.find("#models-details").is_enabled())


def chosen(page: Page, model_id: str) -> bool:
    return bool(page.in_row(model_id, "row.querySelector('input').checked", "model_id", "models-table"))


def enabled(page: Page) -> dict[str, bool]:
    return {what: page.find(f"#models-{what}").is_enabled() for what in ("activate", "delete", "restore")}


def close_all(page: Page) -> None:
    """Closes all toasts."""
    page.script("document.querySelectorAll('#changes .btn-close').forEach(button => button.click())")


def state_of(page: Page, model_id: str) -> str:
    """Returns a model's state on screen; empty if it has no row."""
    cell = "row.querySelector(`td[data-dash-column='state_name']`).innerText.trim()"
    return str(page.in_row(model_id, cell, "model_id", "models-table") or "")


def test_models_are_activated_deleted_restored_and_undone_from_the_list(
    models: Page, registered: tuple[str, list[str]]
) -> None:
    page = models
    assert shown(page, "success_percent") == ["100.0", "75.0", "50.0"]
    page.wait_for_text("DQN", "#models-algorithm")
    Select(page.find("#models-algorithm")).select_by_value("DQN")
    page.wait(lambda: shown(page) == ["2"])
    page.wait_for_text("3 models", "#models-freshness")
    page.wait_for_text("1 shown", "#models-table-shown")
    Select(page.find("#models-algorithm")).select_by_value("*")
    choose(page, "1")
    page.click("#models-activate")
    page.wait_for_text("Model 1 is active now.", "#changes")
    choose(page, "3")
    page.click("#models-activate")
    page.wait_for_text("Model 3 is active now.", "#changes")
    page.wait(lambda: state_of(page, "3") == "active")
    assert shown(page, "state_name").count("active") == 1
    page.wait(lambda: enabled(page) == {"activate": False, "delete": False, "restore": False})
    page.wait_for_text("+50.0 points", "#models-history")
    # The previous one can be deleted, and restored.
    choose(page, "1")
    page.wait(lambda: enabled(page) == {"activate": True, "delete": True, "restore": False})
    page.click("#models-delete")
    page.wait_for_text("50.0 %", "#change-dialog")
    page.click("#change-confirm")
    page.wait(lambda: shown(page) == ["3", "2"])
    Select(page.find("#models-state")).select_by_value("deleted")
    page.wait(lambda: shown(page) == ["1"])
    choose(page, "1")
    page.click("#models-restore")
    page.wait_for_text("Model 1 is restored.", "#changes")
    Select(page.find("#models-state")).select_by_value("present")
    page.wait(lambda: shown(page) == ["3", "2", "1"])
    page.wait(lambda: page.text("#models-table-shown") == "")
    # The history has a button to return to each, and Undo is offered after an activation.
    close_all(page)
    page.click("#models-history button[data-model='1']")
    page.wait_for_text("Model 1 is active now.", "#changes")
    page.click("#changes [data-outcome='done'] .btn-link")
    page.wait_for_text("Model 3 is active now.", "#changes")
    page.wait(lambda: state_of(page, "3") == "active")
    page.wait(lambda: not page.all("#models-history button[data-model='3']"))


@pytest.mark.parametrize("moment", ["after", pytest.param("before", marks=pytest.mark.thorough)])
def test_a_choice_while_the_table_is_refilled_is_kept(models: Page, moment: str) -> None:
    page = models
    choose(page, "3")
    page.tick_while_filling(moment, "2", "model_id", "models-table")
    Select(page.find("#models-algorithm")).select_by_value("DQN")
    page.wait(lambda: shown(page) == ["2"] and chosen(page, "2"))
    Select(page.find("#models-algorithm")).select_by_value("*")
    page.wait(lambda: shown(page) == ["3", "2", "1"])
    page.wait(lambda: [n for n in "123" if chosen(page, n)] == ["2"])
    page.click("#models-details")
    page.wait(lambda: page.driver.current_url.endswith("/models/2"))


def test_activating_a_model_of_another_environment_asks_first(
    models: Page, tracking: Tracking, registered: tuple[str, list[str]]
) -> None:
    page = models
    choose(page, "3")
    page.click("#models-activate")
    page.wait_for_text("Model 3 is active now.", "#changes")
    other = tracking.model(registered[0], tags={"env_id": "ClewMaze-5x5-v0"})
    page.wait(lambda: other in shown(page))
    choose(page, other)
    page.click("#models-activate")
    page.wait_for_text("ClewMaze-5x5-v0", "#change-dialog")
    page.wait(lambda: state_of(page, "3") == "active")
    page.click("#change-confirm")
    page.wait(lambda: state_of(page, other) == "active")


def test_an_invalid_policy_file_is_refused_and_the_former_model_stays_active(
    models: Page, tracking: Tracking, registered: tuple[str, list[str]]
) -> None:
    page = models
    choose(page, "3")
    page.click("#models-activate")
    page.wait_for_text("Model 3 is active now.", "#changes")
    broken = tracking.model(registered[0], onnx=b"not an onnx file at all")
    page.wait(lambda: broken in shown(page))
    choose(page, broken)
    page.click("#models-activate")
    page.wait_for_text("not an ONNX file", "#changes")
    page.wait(lambda: state_of(page, "3") == "active")
    # One below the other; and each requested action is answered, also for models deleted since the list was drawn.
    choose(page, "1")
    page.click("#models-activate")
    page.wait_for_text("Model 1 is active now.", "#changes")
    choose(page, "2")
    page.wait(lambda: enabled(page)["activate"])
    page.script("document.getElementById('models-activate').dataset.model = '999'")
    page.click("#models-activate")
    page.wait_for_text("Model 999 is not available right now", "#changes")
    # A success is shown for a while, a failure until it is closed.
    page.wait(lambda: "is active now" not in page.text("#changes"))
    assert [one.text.split("\n")[1] for one in page.all("#changes .toast")] == [
        "The policy file is not an ONNX file.",
        "Model 999 is not available right now, so nothing was done. Try again in a moment.",
    ]
    for left in (1, 0):
        page.click("#changes .btn-close")
        page.wait(lambda left=left: len(page.all("#changes .toast")) == left)  # type: ignore[misc]


def test_the_model_page_shows_its_policy_and_tries_it(models: Page, registered: tuple[str, list[str]]) -> None:
    page = models
    page.expected_errors = ("WebSocket connection",)  # no engine runs here
    page.open("/models/2")
    page.wait_for_text("observation float32 [batch, 25]", "#model-policy")
    page.wait_for_text("75.0 %", "#model-facts")
    page.click("#model-try")
    page.wait(lambda: page.driver.current_url.endswith("/inference?play=1"))
    page.open("/models")
    page.wait(lambda: state_of(page, "2") == "active")


def test_a_read_only_clew_shows_no_button_that_changes_anything(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving, registered: tuple[str, list[str]]
) -> None:
    page = Page(dash_br.driver, serve(misbehaving.address, model_name=registered[0], read_only=True))
    page.open("/models")
    page.wait(lambda: shown(page) == ["3", "2", "1"])
    choose(page, "2")
    assert [button.is_displayed() for button in page.all(".model-writes")] == [False] * 3
    page.click("#models-details")
    page.wait_for_text("75.0 %", "#model-facts")
    assert [button.is_displayed() for button in page.all(".model-writes")] == [False] * 4
    assert "read-only" in page.text("header")


def test_an_address_without_a_model_is_reported(models: Page) -> None:
    models.expected_errors = ("404",)  # an address with a slash in it is no page
    for path in ("/models/999", "/models/..%2Fx", "/models/%F0%9F%90%8D", "/models/0"):
        models.open(path)
        models.wait_for_text("No such model", "#model-facts")
        assert not models.find("#model-activate").is_enabled()


def test_the_list_stays_with_a_retry_when_the_registry_fails(models: Page, misbehaving: Misbehaving) -> None:
    page = models
    page.expected_errors = ("status of 500",)
    misbehaving.answer = (500, b"no", "text/plain")
    page.wait_for_text("answered HTTP 500", "#models-failure")
    assert shown(page) == ["3", "2", "1"]
    misbehaving.answer = None
    page.click("#models-retry")
    page.wait(lambda: "answered HTTP 500" not in page.text())


def test_a_click_does_not_wait_for_a_registry_that_hangs(
    limit_of_mlflow: float, models: Page, misbehaving: Misbehaving
) -> None:
    page = models
    choose(page, "3")
    misbehaving.answer = HANG
    started = time.monotonic()
    page.click("#models-delete")
    page.wait_for_text("100.0 %", "#change-dialog")
    assert time.monotonic() - started < limit_of_mlflow / 2
    misbehaving.answer = None
