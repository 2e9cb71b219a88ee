"""The form that starts a training: all of its fields, the error of each, and how it is filled in from a run."""

import json
from typing import Any

import orjson
import pytest
from dash.development.base_component import Component
from flask import Flask
from flask.testing import FlaskClient

from components.trainings import training_form
from components.trainings.form_fields import help_text
from domain.trainings.checking import checked
from domain.trainings.maze.form import maze_trainer
from domain.trainings.tags import REQUEST, STATE
from domain.trainings.trainer import OfferedTrainer
from domain.trainings.trainers_file import read_trainers
from tests.misbehaving import ERROR_500, Misbehaving, eventually
from tests.tracking import Tracking
from tests.trainings.conftest import Clew
from tests.trainings.scheduler_server import OWN, SchedulerServer

MAZE = OfferedTrainer.model_validate(maze_trainer().model_dump())
CARTPOLE = OfferedTrainer.model_validate(read_trainers(OWN)[0].model_dump())


def described(trainer: OfferedTrainer, **values: Any) -> dict[str, Any]:
    """Returns a form as the browser gets it."""
    drawn = training_form.described([trainer, MAZE], trainer, training_form.initial(trainer, values))
    text = orjson.dumps(drawn, default=lambda one: one.to_plotly_json() if isinstance(one, Component) else None)
    return dict(json.loads(text))


def elements(part: Any) -> list[dict[str, Any]]:
    """Yields all elements of a component."""
    if isinstance(part, list):
        return [one for piece in part for one in elements(piece)]
    return [part, *elements(part["props"].get("children"))] if isinstance(part, dict) and "props" in part else []


@pytest.mark.parametrize("trainer", [MAZE, CARTPOLE], ids=lambda one: one.name)
def test_each_field_has_a_label_a_control_help_and_the_place_of_its_error(trainer: OfferedTrainer) -> None:
    found = elements(described(trainer)["body"])
    by_id = {one["props"]["id"]: one for one in found if "id" in one["props"]}
    labels = {one["props"]["htmlFor"] for one in found if one["type"] == "Label"}
    for place, field in enumerate(trainer.fields):
        own = f"training-field-{place}"
        assert own in labels
        described_by = by_id[own]["props"]["aria-describedby"].split()
        assert described_by == [f"{own}-help", f"{own}-error"]
        assert set(described_by) <= set(by_id)
        assert field.name in [one["props"].get("data-field") for one in found]


def test_the_help_of_a_field_states_its_range_and_default() -> None:
    help_texts = {field.name: help_text(MAZE, field) for field in MAZE.fields if not field.shown_for}
    assert help_texts["episodes"].endswith("1 to 10,000. Default: 1,000.")
    assert help_texts["learning_rate"].endswith("Above 0, up to 1. Default: 0.001.")
    assert help_texts["seed"].endswith("At most 100. Default: 0.")


def test_initial_values_of_the_form_are_valid() -> None:
    for algorithm in ("PPO", "DQN"):
        values = described(MAZE, algorithm=algorithm)["values"]
        assert checked(MAZE, values)[0] == checked(MAZE, {"algorithm": algorithm})[0]


@pytest.fixture
def server(clew: Clew) -> Flask:
    return clew()


@pytest.fixture
def client(server: Flask) -> FlaskClient:
    return server.test_client()


def check(client: FlaskClient, trainer: str, language: str = "en", **values: Any) -> dict[str, Any]:
    body = {"trainer": trainer, "values": values}
    return dict(client.post("/trainings/check", query_string={"lang": language}, json=body).json or {})


def test_errors_are_shown_by_their_field_in_the_readers_language(client: FlaskClient) -> None:
    wrong = check(client, "maze", algorithm="PPO", episodes="0", seed="1-", learning_rate="fast", batch_size=None)
    assert set(wrong["fields"]) == {"episodes", "seed", "learning_rate", "batch_size"}
    assert "greater than or equal to 1" in wrong["fields"]["episodes"]
    japanese = check(client, "maze", "ja", seed="1-")["fields"]
    assert japanese == {"seed": "シードとして読めません。7、1-5、または 1, 3, 10-12 のように入力してください"}
    assert check(client, "cartpole", rate=2, seed="1-3")["fields"].keys() == {"rate"}
    assert check(client, "maze", n_envs=8, n_steps=8, batch_size=65)["fields"].keys() == {"batch_size"}


def test_a_valid_form_shows_how_many_runs_it_makes(client: FlaskClient) -> None:
    assert check(client, "cartpole", seed="1-3") == {
        "fields": {},
        "summary": "Makes 3 runs, one after the other in the queue.",
    }


def test_an_invalid_request_is_answered_with_a_message(client: FlaskClient) -> None:
    unknown = client.post("/trainings/check", json={"trainer": "nobody's", "values": {}})
    assert unknown.status_code == 400
    assert unknown.json["message"] == "There is no trainer “nobody's” here; there are: maze, cartpole."
    assert client.post("/trainings/check", json={"trainer": "maze"}).status_code == 422
    assert client.post("/trainings/check", data="{", content_type="application/json").status_code == 400
    assert client.post("/trainings/check", data=b"x" * 2**17, content_type="application/json").status_code == 413


def form(client: FlaskClient, **query: str) -> dict[str, Any]:
    return dict(client.get("/trainings/form", query_string=query).json or {})


def test_the_form_offers_all_trainers_or_without_a_scheduler_the_built_in_ones(
    client: FlaskClient, scheduler: SchedulerServer, clew: Clew
) -> None:
    found = form(client, trainer="cartpole")
    assert found["trainer"] == "cartpole"
    assert found["is_complete"]
    assert [one["title"] for one in found["trainers"]] == ["The maze", "CartPole"]
    alone = form(clew(scheduler_url="http://127.0.0.1:1").test_client())
    assert [one["name"] for one in alone["trainers"]] == ["maze", "environment"]
    assert not alone["is_complete"]


def test_a_training_is_repeated_from_its_request_and_a_run_from_its_parameters(
    client: FlaskClient, tracking: Tracking
) -> None:
    group = tracking.experiment()
    request = {"trainer": "cartpole", "values": {"algo": "a2c", "rate": 0.5, "seed": 7}}
    trained = tracking.run(group, name="mine", tags={REQUEST: json.dumps(request), STATE: "done"})
    other = tracking.run(group, name="another", params={"algorithm": "DQN", "gamma": "0.5", "episodes": "many"})
    bare = tracking.run(group, name="bare")
    found = form(client, **{"from": trained})
    assert (found["trainer"], found["note"]) == ("cartpole", "Filled in with the values of mine.")
    assert found["values"] == request["values"]
    found = form(client, **{"from": other})
    assert found["note"] == "Filled in with the parameters that another logged; all other fields have their defaults."
    assert (found["values"]["algorithm"], found["values"]["gamma"]) == ("DQN", "0.5")
    assert found["values"]["episodes"] == 1000
    assert form(client, **{"from": bare})["note"].endswith("has no values that can be filled in here.")
    assert form(client, **{"from": "../../etc"})["values"]["algorithm"] == "PPO"
    assert form(client, fork=trained)["note"].startswith("The training continues from the checkpoint of mine")


def test_values_of_a_run_that_cannot_be_read_yet_come_later(
    clew: Clew, misbehaving: Misbehaving, tracking: Tracking
) -> None:
    request = {"trainer": "maze", "values": {"algorithm": "PPO", "gamma": 0.5}}
    trained = tracking.run(tracking.experiment(), name="mine", tags={REQUEST: json.dumps(request), STATE: "done"})
    misbehaving.answer = ERROR_500
    client = clew(mlflow_tracking_uri=misbehaving.address, refresh_seconds=1).test_client()
    found = form(client, **{"from": trained})
    assert "could not be read yet" in found["note"]
    assert not found["is_complete"]
    misbehaving.answer = None
    eventually(lambda: form(client, **{"from": trained})["is_complete"])
    found = form(client, **{"from": trained, "trainer": "maze"})
    assert (found["values"]["gamma"], found["note"]) == (0.5, "Filled in with the values of mine.")
    found = form(client, **{"from": trained, "trainer": "cartpole"})
    assert found["note"] == "Not filled in: these values are of the trainer maze."


@pytest.mark.parametrize(
    ("more", "field", "why"),
    [
        ({"algorithm": "DQN"}, "algorithm", "PPO"),
        ({"net_arch": "16"}, "net_arch", "64, 64"),
        ({"episodes": "600"}, "episodes", "600"),
    ],
)
def test_a_change_that_prevents_continuing_is_reported_while_typing(
    clew: Clew, scheduler: SchedulerServer, more: dict[str, Any], field: str, why: str
) -> None:
    client, had = clew().test_client(), checked(MAZE, {})[0]
    parent = scheduler.add(values=had, progress={"at_ms": 1, "episode": 600}).run_id
    request = {"trainer": "maze", "fork": parent, "values": {"algorithm": "PPO", "episodes": "601"}}
    assert client.post("/trainings/check", json=request).json["fields"] == {}
    wrong = client.post("/trainings/check", json=request | {"values": {"episodes": "601", **more}}).json["fields"]
    assert list(wrong) == [field]
    assert why in wrong[field]
    other = client.post("/trainings/check", json=request | {"trainer": "cartpole", "values": {}}).json["fields"]
    assert list(other) == ["trainer"]
