"""Starting and cancelling an evaluation is a write: who may, under which setting, and who owns it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import requests

from app import create_app
from components import ids
from services.connect import connect
from settings.settings import Settings
from tests.inference.conftest import Start, Team
from tests.inference.engine import Engine, listening
from tests.misbehaving import eventually

pytest.importorskip("onnx")

from tests.inference.slow_policy import slow

TOKEN, SECRET = "a-long-enough-token", "what-the-proxy-knows"
USERS = {"TRUSTED_USER_HEADER": "X-Forwarded-User"}
Headers = dict[str, str]


def user(name: str, **more: str) -> Headers:
    return {"X-Forwarded-User": name} | {key.replace("_", "-"): value for key, value in more.items()}


@pytest.fixture(scope="module")
def long_evaluation(team: Team) -> str:
    """Returns a model whose evaluation takes longer than a test."""
    return team.registry.version(slow())


@pytest.fixture(scope="module")
def engine_with_users(start: Start) -> Engine:
    """Starts an engine behind a proxy that names the users."""
    return start(**USERS)


def cancel_and_wait(engine: Engine, model_id: str, headers: Headers) -> None:
    engine.call("DELETE", f"/evaluations/{model_id}", **headers)
    assert engine.wait_for(lambda health: health["evaluations"] == 0)


@pytest.mark.parametrize(
    ("settings", "headers", "status", "code"),
    [
        ({"READ_ONLY": "true"}, {}, 403, "measures-nothing"),
        ({"READ_ONLY": "true", **USERS}, user("kim"), 403, "measures-nothing"),
        ({"API_TOKEN": TOKEN}, {}, 401, "token-needed"),
        ({"API_TOKEN": TOKEN}, {"Authorization": "Bearer wrong-token"}, 401, "token-needed"),
        ({"API_TOKEN": TOKEN, **USERS}, user("kim"), 401, "token-needed"),
    ],
)
def test_a_client_without_rights_starts_and_cancels_nothing(
    start: Start, long_evaluation: str, settings: dict[str, str], headers: Headers, status: int, code: str
) -> None:
    engine = start(**settings)
    for method in ("POST", "DELETE"):
        answered, answer = engine.call(method, f"/evaluations/{long_evaluation}", **headers)
        assert (answered, answer["code"]) == (status, code)
    assert engine.call("GET", f"/evaluations/{long_evaluation}")[0] == 404
    assert engine.health()["evaluations"] == 0
    engine.end()


@pytest.mark.parametrize("header", ["Authorization", "X-Clew-Token"])
def test_a_client_with_the_token_may_start_and_cancel(start: Start, long_evaluation: str, header: str) -> None:
    engine = start(API_TOKEN=TOKEN)
    sent = {header: f"Bearer {TOKEN}" if header == "Authorization" else TOKEN}
    assert engine.call("POST", f"/evaluations/{long_evaluation}", **sent)[0] == 202
    assert engine.call("DELETE", f"/evaluations/{long_evaluation}")[0] == 401
    assert engine.call("DELETE", f"/evaluations/{long_evaluation}", **sent)[0] == 202
    engine.end()


@pytest.mark.parametrize(
    ("starter", "canceller", "refused"),
    [
        (user("kim"), user("kim"), None),
        (user("kim"), user("lee"), "kim started this evaluation"),
        (user("kim"), {}, "kim started this evaluation"),
        (user("キム".encode().decode("latin-1")), user("lee"), "キム started this evaluation"),
        # A name takes precedence over a page.
        (user("kim", X_Clew_Page="a1"), user("kim", X_Clew_Page="b2"), None),
        (user("kim", X_Clew_Page="a1"), user("lee", X_Clew_Page="a1"), "kim started this evaluation"),
        ({"X-Clew-Page": "a1"}, {"X-Clew-Page": "a1"}, None),
        ({"X-Clew-Page": "a1"}, {"X-Clew-Page": "b2"}, "Another page"),
        ({"X-Clew-Page": "a1"}, {}, "Another page"),
        ({"X-Clew-Page": "a1"}, user("lee"), "Another page"),
        # The owner of this one is unknown.
        ({}, {}, None),
        ({}, user("lee"), None),
        ({"X-Clew-Page": "<script>"}, {"X-Clew-Page": "b2"}, None),
    ],
)
def test_only_its_starter_can_cancel_an_evaluation_and_others_see_the_name(
    engine_with_users: Engine, long_evaluation: str, starter: Headers, canceller: Headers, refused: str | None
) -> None:
    path = f"/evaluations/{long_evaluation}"
    assert engine_with_users.call("POST", path, **starter)[1]["cancellable"]
    assert engine_with_users.call("GET", path, **canceller)[1]["cancellable"] == (refused is None)
    status, answer = engine_with_users.call("DELETE", path, **canceller)
    assert status == (202 if refused is None else 403)
    if refused is not None:
        assert refused in answer["error"]
        assert engine_with_users.call("GET", path)[1]["state"] != "cancelled"
    cancel_and_wait(engine_with_users, long_evaluation, starter)


def test_the_proxy_can_name_a_user_only_with_the_secret(start: Start, long_evaluation: str) -> None:
    engine = start(**USERS, TRUSTED_PROXY_SECRET=SECRET)
    path, proven = f"/evaluations/{long_evaluation}", user("kim", X_Clew_Proxy_Secret=SECRET)
    assert engine.call("POST", path, **proven)[1]["started_by"] == "kim"
    for forged in (user("kim"), user("kim", X_Clew_Proxy_Secret="guessed-it-wrong")):
        assert engine.call("DELETE", path, **forged)[0] == 403
    assert engine.call("DELETE", path, **proven)[0] == 202
    engine.end()


Serve = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def dashboard(team: Team, tmp_path: Path) -> Serve:
    """Returns a function that serves the dashboard of an engine, with the same settings."""

    def serve(engine: Engine, **settings: Any) -> AbstractContextManager[str]:
        values = Settings(
            _env_file=None,  # type: ignore[call-arg]
            mlflow_tracking_uri=team.registry.tracking.address,  # type: ignore[arg-type]
            model_name=team.registry.name,
            cache_dir=tmp_path,
            inference_port=engine.port,
            **settings,
        )
        return listening(create_app(values, connect(values)).server)

    return serve


def press(address: str, button: str | None, model_id: str, headers: Headers) -> str:
    """Presses a button of the evaluation on a page; returns what the page then shows."""
    inputs = {ids.INFERENCE_SHOWN: "data", ids.EVALUATE: "n_clicks", ids.EVALUATE_CANCEL: "n_clicks"}
    inputs |= {ids.EVALUATE_TICK: "n_intervals"}
    outputs = {ids.EVALUATION: "children"}
    outputs |= dict.fromkeys((ids.EVALUATE, ids.EVALUATE_CANCEL, ids.EVALUATE_TICK), "disabled")
    outputs[ids.EVALUATION_WAITING] = "data"
    names = "...".join(f"{name}.{prop}" for name, prop in outputs.items())
    values = {ids.INFERENCE_SHOWN: {"model_id": model_id}}
    body = {
        "output": f"..{names}..",
        "outputs": [{"id": name, "property": prop} for name, prop in outputs.items()],
        "inputs": [{"id": name, "property": prop, "value": values.get(name, 1)} for name, prop in inputs.items()],
        "state": [{"id": ids.EVALUATION_WAITING, "property": "data", "value": None}],
        "changedPropIds": [f"{button or ids.EVALUATE_TICK}.{inputs[button or ids.EVALUATE_TICK]}"],
    }
    answer = requests.post(f"{address}/_dash-update-component", json=body, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.text


def cancels(address: str, model_id: str, headers: Headers) -> bool:
    """Returns whether the page offers Cancel to the person that these headers name."""
    text = press(address, None, model_id, headers)
    return '"evaluation-cancel":{"disabled":false}' in text


@pytest.mark.parametrize("secret", [None, SECRET])
def test_the_dashboard_applies_the_same_ownership_to_users(
    start: Start, dashboard: Serve, long_evaluation: str, secret: str | None
) -> None:
    """The dashboard forwards the user's name: as a proxy does, by the settings that both have."""
    both = {"API_TOKEN": TOKEN, **USERS, **({"TRUSTED_PROXY_SECRET": secret} if secret else {})}
    proven = {"X-Clew-Proxy-Secret": secret} if secret else {}
    kim, lee = user("kim") | proven, user("lee") | proven
    engine = start(**both)
    with dashboard(engine, **{name.lower(): value for name, value in both.items()}) as address:
        assert "could not identify you" in press(address, ids.EVALUATE, long_evaluation, proven)
        assert engine.health()["evaluations"] == 0
        assert "Started by kim." in press(address, ids.EVALUATE, long_evaluation, kim)
        eventually(lambda: cancels(address, long_evaluation, kim))
        assert not cancels(address, long_evaluation, lee)
        refused = press(address, ids.EVALUATE_CANCEL, long_evaluation, lee)
        assert "kim started this evaluation, and only they can cancel it." in refused
        assert engine.health()["evaluations"] == 1
        press(address, ids.EVALUATE_CANCEL, long_evaluation, kim)
        assert engine.wait_for(lambda health: health["evaluations"] == 0)
    engine.end()


def test_without_user_names_an_evaluation_belongs_to_its_page(
    engine: Engine, dashboard: Serve, long_evaluation: str
) -> None:
    with dashboard(engine) as address:
        press(address, ids.EVALUATE, long_evaluation, {"X-Clew-Page": "a1"})
        assert not cancels(address, long_evaluation, {"X-Clew-Page": "b2"})
        assert "Another page started this evaluation" in press(
            address, ids.EVALUATE_CANCEL, long_evaluation, {"X-Clew-Page": "b2"}
        )
        assert "a1" not in press(address, None, long_evaluation, {"X-Clew-Page": "b2"})
        eventually(lambda: cancels(address, long_evaluation, {"X-Clew-Page": "a1"}))
        press(address, ids.EVALUATE_CANCEL, long_evaluation, {"X-Clew-Page": "a1"})
        assert engine.wait_for(lambda health: health["evaluations"] == 0)


def test_a_read_only_dashboard_starts_and_cancels_no_evaluation(
    engine: Engine, dashboard: Serve, long_evaluation: str
) -> None:
    with dashboard(engine, read_only=True) as address:
        for button in (ids.EVALUATE, ids.EVALUATE_CANCEL):
            assert "it starts and cancels no evaluation" in press(address, button, long_evaluation, {})
    assert engine.call("GET", f"/evaluations/{long_evaluation}")[1]["state"] != "running"
