"""The page of alerts and the front page's first tile, on what a watcher stored in a real MLflow."""

import time
from collections.abc import Callable, Iterator

import pytest
from dash.testing.browser import Browser
from selenium.webdriver.support.ui import Select

from domain.alerts.alert import Alert, Due, Mute, Subject, alert_id
from domain.alerts.kinds import AlertKind
from domain.errors.alerts.delivery import NotDelivered
from domain.errors.alerts.events import GpuIsLost, RunHasFailed
from domain.message_data import MessageData
from domain.messages import Message, Text
from mlflow_api.alerts.holder import BEGAN_TAG, LEASE_TAG, MUTE_TAG, AlertHolder, Lease
from mlflow_api.client import MlflowApi
from tests.browser.axe import grave_violations
from tests.browser.page import Page
from training.scratch_server import mlflow_server
from transport.http_client import JsonService


@pytest.fixture(scope="module")
def holder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AlertHolder]:
    """Returns an MLflow that no other test uses: each front page would show what is in it."""
    with mlflow_server(tmp_path_factory.mktemp("alerts")) as address:
        yield AlertHolder(MlflowApi(JsonService("MLflow", address)))


def alert(kind: AlertKind, name: str, text: Message, until_ms: int | None = None, **more: object) -> Alert:
    now = time.time_ns() // 1_000_000
    return Alert(
        id=alert_id(name),
        kind=kind,
        subject=Subject(key=name, name=name, host="trainer-1", page="/gpu"),
        text=MessageData.of(text),
        since_ms=now - 60_000,
        until_ms=until_ms and now - 60_000,
        **more,  # type: ignore[arg-type]
    )


def test_current_sent_and_failed_alerts_are_shown_and_muted(
    dash_br: Browser, serve: Callable[..., str], holder: AlertHolder
) -> None:
    page = Page(dash_br.driver, serve(holder.address))
    page.open("/alerts")
    page.wait_for_text("No watcher has run yet. Set ALERTS_FILE")
    page.wait_for_text("Nothing is muted.")
    holder.set_control(BEGAN_TAG, "1")
    holder.set_control(LEASE_TAG, Lease(watcher="w", host="clew-1", beat=1).model_dump_json())
    refused = Due(rule="r", tries=2, cause=NotDelivered(Text("error=429")))
    lost = GpuIsLost("trainer-1", "3", "H100", Text("gone"))
    holder.keep(alert(AlertKind.GPU_LOST, "trainer-1 GPU 3", lost, due={"ops": refused}))
    holder.keep(alert(AlertKind.FAILED, "ppo-3", RunHasFailed("ppo-3", "maze"), until_ms=1, told={"team": 1}))
    page.wait_for_text("The watcher on clew-1 is running.")
    page.wait_for_text("1 message could not be delivered yet; it is sent again:\nops · it was not delivered: error=429")
    page.wait_for_text("trainer-1: GPU 3 (H100) is lost. gone", "#alerts-body table")
    page.wait_for_text("ppo-3 (maze) has failed.", "#alerts-body")
    assert grave_violations(page, "/alerts", colours="too") == []
    # The reason is opened; then the alert is muted, for all people, and unmuted again.
    page.click("#alerts-mute-send")
    page.wait_for_text("Give a reason, so that others understand it.")
    page.find("#alerts-mute-pattern").send_keys("trainer-*")
    page.find("#alerts-mute-why").send_keys("a new cooler")
    page.click("#alerts-mute-send")
    page.wait_for_text("Muted. This takes effect within half a minute.")
    page.wait_for_text("an unknown user: a new cooler", "#alerts-body")
    assert [mute.pattern for mute in holder.control().mutes] == ["trainer-*"]
    # The chosen duration stays as it was, whatever happens meanwhile.
    own_mute, later = holder.control().mutes[0], round(time.time() * 1000) + 600_000
    others = [Mute(id=sign * 16, pattern=f"of another {sign}", until_ms=later, why="so") for sign in "0f"]
    for other in others:
        holder.set_control(MUTE_TAG + other.id, other.model_dump_json())
    page.wait_for_text("of another f", "#alerts-body")
    Select(page.find("#alerts-mute-end-choice")).select_by_value(own_mute.id)
    holder.keep(alert(AlertKind.FAILED, "ppo-4", RunHasFailed("ppo-4", "maze"), until_ms=1))
    page.wait_for_text("ppo-4 (maze) has failed.", "#alerts-body")
    assert page.find("#alerts-mute-end-choice").get_attribute("value") == own_mute.id
    for other in others:
        holder.drop_control(MUTE_TAG + other.id)
    page.click("#alerts-mute-end")
    page.wait_for_text("Nothing is muted.", "#alerts-body")
    assert holder.control().mutes == ()
    died = Lease(watcher="w", host="clew-1", beat=2, at_ms=round(time.time() * 1000) - 3_600_000)
    holder.set_control(LEASE_TAG, died.model_dump_json())
    page.wait_for_text("The watcher on clew-1 has not reported since", "#alerts-body")
    page.open("/")
    page.wait_for_text("No watcher is running: no alerts are sent.", "#front-attention")
    page.wait_for_text("Messages to ops could not be delivered.", "#front-attention")
    assert "trainer-1: GPU 3 (H100) is lost. gone" in page.text("#front-attention")
    page.expected_errors = ("WebSocket",)  # no monitor runs here
    page.open("/alerts?lang=ja")
    page.wait_for_text("継続中")
    page.wait_for_text("trainer-1：GPU 3（H100）が失われました。gone")
    assert page.console_errors() == []


def test_a_person_who_may_not_write_cannot_mute(
    dash_br: Browser, serve: Callable[..., str], holder: AlertHolder
) -> None:
    page = Page(dash_br.driver, serve(holder.address, read_only=True))
    page.open("/alerts")
    page.wait_for_text("This Clew is read-only")
    assert not page.find("#alerts-mute-send").is_enabled()
