"""Access rights: every route and every callback of the dashboard, under each setting that decides about them."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import dash
import pytest
from dash import Input, Output
from flask.testing import FlaskClient

from app import create_app
from domain.access.callbacks import CALLBACKS, callback_name
from domain.access.rules import Access
from domain.access.table import ANSWERED_THERE, DASHBOARD
from domain.registry.changes import ChangeVerb
from services.connect import connect
from settings.settings import Settings

TOKEN, SECRET = "a-long-enough-token", "what-the-proxy-knows"
HEADER = {"trusted_user_header": "X-Forwarded-User"}
KIM = {"X-Forwarded-User": "kim"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
# As through a proxy that asks for a password itself.
WITH_TOKEN = {"Authorization": "Basic " + base64.b64encode(b"kim:pw").decode(), "X-Clew-Token": TOKEN}
FAR = "203.0.113.7"
SETTINGS: dict[str, dict[str, Any]] = {
    "open": {},
    "read-only": {"read_only": True},
    "read-only for users too": {"read_only": True, "api_token": TOKEN, **HEADER},
    "token": {"api_token": TOKEN},
    "users": HEADER,
    "token and users": {"api_token": TOKEN, **HEADER},
    "users of a far proxy": {"api_token": TOKEN, "trusted_proxies": f"{FAR}/32", **HEADER},
    "users by a secret": {"api_token": TOKEN, "trusted_proxy_secret": SECRET, **HEADER},
}


class Case(NamedTuple):
    """Describes a client: a program or a page's reader, and whether it may change something."""

    setting: str
    headers: dict[str, str]
    program_may: bool
    person_may: bool
    peer: str = "127.0.0.1"


CASES = [
    Case("open", {}, True, True),
    Case("open", {}, True, True, FAR),
    Case("read-only", {}, False, False),
    Case("read-only", BEARER, False, False),
    Case("read-only for users too", KIM | BEARER, False, False),
    Case("token", {}, False, False),
    Case("token", BEARER, True, False),
    Case("token", WITH_TOKEN, True, False),
    Case("token", {"X-Clew-Token": TOKEN}, True, False, FAR),
    Case("token", {"X-Clew-Token": f"{TOKEN}x"}, False, False),
    Case("token", {"X-Clew-Token": ""}, False, False),
    Case("token", {"Authorization": f"Basic {TOKEN}"}, False, False),
    Case("token", {"Authorization": f"bearer  {TOKEN} "}, True, False),
    Case("token", KIM, False, False),
    Case("users", {}, True, True),
    Case("users", KIM, True, True),
    Case("token and users", KIM, False, True),
    Case("token and users", KIM, False, False, FAR),
    Case("token and users", KIM | BEARER, True, True),
    Case("token and users", {"X-Forwarded-User": "kim,root"}, False, False),
    Case("token and users", {"X-Forwarded-User": ""}, False, False),
    Case("users of a far proxy", KIM, False, True, FAR),
    Case("users of a far proxy", KIM, False, False),
    Case("users by a secret", KIM, False, False),
    Case("users by a secret", KIM, False, False, FAR),
    Case("users by a secret", KIM | {"X-Clew-Proxy-Secret": SECRET}, False, True),
    Case("users by a secret", KIM | {"X-Clew-Proxy-Secret": SECRET}, False, True, FAR),
    Case("users by a secret", KIM | {"X-Clew-Proxy-Secret": SECRET[:-1]}, False, False),
    Case("users by a secret", KIM | {"X-Clew-Proxy-Secret": f"{SECRET},{SECRET}"}, False, False),
    Case("users by a secret", KIM | {"X-Clew-Proxy-Secret": "é"}, False, False),
]
REFUSALS = ("read-only", "could not identify you")


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dash.Dash]:
    """Starts a Clew for each of the settings, with an MLflow and an engine that do not exist."""

    def make(values: dict[str, Any]) -> dash.Dash:
        cache: Path = tmp_path_factory.mktemp("cache")
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            mlflow_port=1,
            inference_port=1,
            scheduler_port=1,
            cache_dir=cache,
            refresh_seconds=1,
            trusted_hosts="*",
            **values,
        )
        return create_app(settings, connect(settings))

    return {name: make(values) for name, values in SETTINGS.items()}


def client(apps: dict[str, dash.Dash], case: Case) -> FlaskClient:
    made: FlaskClient = apps[case.setting].server.test_client()
    made.environ_base["REMOTE_ADDR"] = case.peer
    return made


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.setting}: {case.headers} from {case.peer}")
def test_every_route_answers_or_refuses_as_the_table_requires(apps: dict[str, dash.Dash], case: Case) -> None:
    for route, access in DASHBOARD.items():
        method, rule = route.split()
        if rule == "/_dash-update-component" or route in ANSWERED_THERE:
            continue
        path = rule.replace("<path:model_id>", "7").replace("<run_id>", "a" * 32)
        path = path.replace("<string:package_name>", "dash").replace("<path:fingerprinted_path>", "x.js")
        path = path.replace("<path:filename>", "clew.css").replace("<path:path>", "mlflow")
        body = {"json": {"model_id": "7"}} if method == "POST" else {}
        answer = client(apps, case).open(path, method=method, headers=case.headers, **body)  # type: ignore[arg-type]
        refused = answer.status_code in (401, 403)
        assert refused == (access is not Access.READ and not case.program_may), (route, answer.status_code, answer.text)
        if refused:
            assert answer.json["code"] in ("token-needed", "read-only"), answer.json
        answer.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.setting}: {case.headers} from {case.peer}")
def test_every_callback_answers_or_refuses_as_the_table_requires(apps: dict[str, dash.Dash], case: Case) -> None:
    app = apps[case.setting]
    for name, trigger, access, body in callback_requests(app):
        answer = client(apps, case).post("/_dash-update-component", json=body, headers=case.headers)
        assert answer.status_code in (200, 204), (name, trigger, answer.text)
        refused = any(sentence in answer.text for sentence in REFUSALS)
        may = access is Access.READ or case.person_may
        assert refused == (not may), (name, trigger, access, answer.text[:300])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.setting}: {case.headers} from {case.peer}")
def test_every_change_that_a_page_requests_is_started_or_refused(apps: dict[str, dash.Dash], case: Case) -> None:
    for number, verb in enumerate(ChangeVerb):
        request = {"id": f"{CASES.index(case):04x}{number:028x}", "verb": verb, "model_id": "7", "in_place_of": "8"}
        request = request if verb is ChangeVerb.UNDO else {k: v for k, v in request.items() if k != "in_place_of"}
        answer = client(apps, case).post("/changes", json=request, headers=case.headers)
        assert answer.status_code == 200, answer.text
        refused = answer.json["outcome"] == "refused" and any(refusal in answer.text for refusal in REFUSALS)
        assert refused == (not case.person_may), (verb, answer.text)


def callback_requests(app: dash.Dash) -> Iterator[tuple[str, str, Access, dict[str, Any]]]:
    """Yields each server callback, started by each of its inputs in turn, as a page may send it."""
    for output, one in app.callback_map.items():
        if "callback" not in one or "_pages_content" in output:  # the pages themselves may show who may not write
            continue
        inputs = [f"{i['id']}.{i['property']}" for i in one["inputs"]]
        name = callback_name(output, inputs[0])
        for trigger in inputs:
            access = CALLBACKS.get(f"{name} {trigger}", CALLBACKS[name])
            yield name, trigger, access, body_of(output, one, trigger)


def body_of(output: str, one: dict[str, Any], trigger: str) -> dict[str, Any]:
    parts = [part.rpartition(".") for part in output.strip(".").split("...")]
    outputs = [{"id": where, "property": prop} for where, _dot, prop in parts if where]
    return {
        "output": output,
        "outputs": outputs if output.startswith("..") else (outputs[0] if outputs else None),
        "inputs": [i | {"value": _value(f"{i['id']}.{i['property']}")} for i in one["inputs"]],
        "state": [s | {"value": _value(f"{s['id']}.{s['property']}")} for s in one["state"]],
        "changedPropIds": [trigger],
    }


def _value(prop: str) -> Any:
    """Returns what a page would send after model 7 was chosen and the button just clicked."""
    if prop.endswith((".n_clicks", ".n_intervals")):
        return 1
    if prop == "inference-shown.data":
        return {"model_id": "7"}
    return "7" if prop in ("models-chosen.data", "model-id.data") else None


def test_an_unlisted_callback_is_refused_where_writes_are(apps: dict[str, dash.Dash], tmp_path: Path) -> None:
    settings = Settings(_env_file=None, mlflow_port=1, cache_dir=tmp_path, read_only=True)  # type: ignore[call-arg]
    app = create_app(settings, connect(settings))
    done = []
    app.callback(Output("new", "children"), Input("new-tick", "n_intervals"))(done.append)
    app._setup_server()
    body = {
        "output": "new.children",
        "outputs": {"id": "new", "property": "children"},
        "inputs": [{"id": "new-tick", "property": "n_intervals", "value": 1}],
        "changedPropIds": ["new-tick.n_intervals"],
    }
    answer = app.server.test_client().post("/_dash-update-component", json=body)
    assert (answer.status_code, answer.json["code"], done) == (403, "read-only", [])


@pytest.mark.parametrize("output", ["front-gpu-started.data", "models-algorithm.options", "_pages_dummy.children"])
def test_a_client_side_callback_is_unknown_to_the_server(apps: dict[str, dash.Dash], output: str) -> None:
    body = {"output": output, "outputs": {"id": "x", "property": "data"}, "inputs": []}
    answer = apps["open"].server.test_client().post("/_dash-update-component", json=body)
    assert (answer.status_code, answer.json["code"]) == (400, "callback-unknown")
