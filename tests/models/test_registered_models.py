"""Several registered models behind one Clew: each has an active version of its own, and no change affects another."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient

from app import create_app
from domain.registry.models import DELETED_TAG
from services.connect import connect
from services.registry import purge
from settings.settings import Settings
from tests.misbehaving import Misbehaving
from tests.models.changing import change
from tests.patient import PatientSettings
from tests.registry import Registry
from tests.tracking import Tracking

Team = tuple[Registry, Registry, Registry]


def values(address: str, cache_dir: Path, **settings: Any) -> Settings:
    return PatientSettings(_env_file=None, mlflow_tracking_uri=address, cache_dir=cache_dir, **settings)  # type: ignore[call-arg,arg-type]


@pytest.fixture(scope="module")
def team(tracking: Tracking) -> Iterator[Team]:
    """Creates the first, one that the settings name, and one that carries the tag; two versions each."""
    made = [Registry(tracking, f"{name}-{uuid.uuid4().hex[:6]}") for name in ("maze", "cart pole", "pong")]
    for registry in made:
        registry.version(success_rate="0.5")
        registry.version(mean_return="480")
    made[2].mark()
    yield made[0], made[1], made[2]
    made[2].mark("false")


@pytest.fixture
def clew(team: Team, misbehaving: Misbehaving, cache_dir: Path) -> Callable[..., FlaskClient]:
    def make(**settings: Any) -> FlaskClient:
        named = {"model_name": team[0].name, "model_names": f"{team[1].name}, *", **settings}
        found = values(misbehaving.address, cache_dir, **named)
        client: FlaskClient = create_app(found, connect(found)).server.test_client()
        return client

    return make


def active(client: FlaskClient, name: str) -> str | None:
    answer = client.get("/api/models/active", query_string={"name": name})
    return None if answer.status_code == 404 else str(answer.json["id"])


def test_models_of_the_first_registered_model_are_listed_and_others_by_name(
    team: Team, clew: Callable[..., FlaskClient]
) -> None:
    client, (first, named, tagged) = clew(), team
    assert [row["id"] for row in client.get("/api/models").json] == ["2", "1"]
    assert "name" not in client.get("/api/models").json[0]
    rows = client.get("/api/models", query_string={"name": "*"}).json
    names = {one.name for one in (first, named, tagged)}  # what other tests tagged is in the list as well
    assert {(row["name"], row["id"]) for row in rows if row["name"] in names} == {
        (one.name, f"{prefix}{version}")
        for one, prefix in ((first, ""), (named, f"{named.name}:"), (tagged, f"{tagged.name}:"))
        for version in "12"
    }
    detail = client.get(f"/api/models/{named.name}:2").json
    assert (detail["id"], detail["name"], detail["mean_return"]) == (f"{named.name}:2", named.name, 480)
    for name in ("nobody", "", first.name.upper(), "a:b", "\0", "x" * 500):
        answer = client.get("/api/models", query_string={"name": name})
        assert (answer.status_code, "no registered model" in answer.json["error"]) == (404, True)
    for model_id in (f"{first.name}:1", "nobody:1", f"{named.name}:", f"{named.name}:9", ":1", f"{named.name}:1:1"):
        assert client.get(f"/api/models/{model_id}").status_code == 404, model_id


def test_activating_a_version_changes_no_other_registered_model(team: Team, clew: Callable[..., FlaskClient]) -> None:
    client, names = clew(), [one.name for one in team]
    ids = ["1", f"{names[1]}:1", f"{names[2]}:2"]
    for number, model_id in enumerate(ids):
        assert client.post("/api/models/active", json={"model_id": model_id}).status_code == 200
        assert [active(client, name) for name in names] == [*ids[: number + 1], *[None] * (2 - number)]
    done = change(client, "activate", f"{names[1]}:2")
    assert done["sentence"] == f"Model {names[1]}:2 is active now."
    assert [active(client, name) for name in names] == [ids[0], f"{names[1]}:2", ids[2]]
    assert change(client, **done["undo"])["outcome"] == "done"
    assert [active(client, name) for name in names] == ids
    assert change(client, "try", ids[1])["go"] == f"/inference?play=1&model={quote_plus(f'*{names[1]}')}"
    assert change(client, "try", ids[0])["go"] == "/inference?play=1"
    # Each is deleted and restored by its own pointer: version 1 of two of them is active, of the third it is not.
    assert client.delete(f"/api/models/{ids[1]}").status_code == 409
    assert client.delete(f"/api/models/{names[2]}:1").status_code == 204
    gone = client.post("/api/models/active", json={"model_id": f"{names[2]}:1"})
    assert (gone.status_code, f"Model {names[2]}:1 is deleted" in gone.json["error"]) == (409, True)
    assert client.post(f"/api/models/{names[2]}:1/restore").json["id"] == f"{names[2]}:1"

    of_the_second = client.get("/api/models/history", query_string={"name": names[1]}).json
    assert [(one["model_id"], one["former_id"]) for one in of_the_second] == [
        (ids[1], f"{names[1]}:2"),
        (f"{names[1]}:2", ids[1]),
        (ids[1], None),
    ]
    assert [one["model_id"] for one in client.get("/api/models/history").json] == ["1"]
    history = client.get("/api/models/history", query_string={"name": "*"}).json
    assert len([one for one in history if one["name"] in names]) == 5
    # Another Clew, whose first model is the second one, reads the same history by its own ids.
    other = clew(model_name=names[1], model_names=names[0])
    assert [one["model_id"] for one in other.get("/api/models/history").json] == ["1", "2", "1"]
    assert active(other, names[1]) == "1"
    assert active(other, names[0]) == f"{names[0]}:1"
    assert active(other, names[2]) is None  # it does not know the third at all


def test_a_tag_adds_a_registered_model_and_removes_it(
    team: Team, clew: Callable[..., FlaskClient], misbehaving: Misbehaving
) -> None:
    client, tagged = clew(), team[2]
    for value, status in (("false", 404), ("true", 200)):
        tagged.mark(value)
        assert client.get(f"/api/models/{tagged.name}:1").status_code == status
        assert client.get("/api/models", query_string={"name": tagged.name}).status_code == status
    # The models of the settings work where an MLflow cannot search by tags, and what is missing is reported.
    misbehaving.alter = lambda path, body: b"7" if "registered-models/search" in path else body
    answer = client.get("/api/models", query_string={"name": "*"})
    assert {row["name"] for row in answer.json} == {team[0].name, team[1].name}
    assert answer.headers["X-Bad-Rows"] == "1"


def test_the_purge_uses_the_active_version_of_each_registered_model(
    team: Team, tracking: Tracking, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, named, _tagged = team
    settings = {"MLFLOW_TRACKING_URI": tracking.address, "MODEL_NAME": first.name, "MODEL_NAMES": named.name}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    for one in (first, named):  # version 1 of both is active; of the second one, version 3 is deleted and not active
        version = one.version()
        body = {"name": one.name, "version": version, "key": DELETED_TAG, "value": "2020-01-01T00:00:00+00:00"}
        tracking.post("model-versions/set-tag", body)
    assert purge.main() == 0
    assert capsys.readouterr().out.startswith(f"marked for removal: 3, {named.name}:3; removed for good: none;")
