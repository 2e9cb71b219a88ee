"""The choices on the inference page: by registered model and environment, if there are several."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel

from components.inference.inference_controls import model_options
from domain.registry.models import Model, ModelList, ModelState


@pytest.fixture(autouse=True)
def _reader() -> Iterator[None]:
    server = Flask("reader")
    Babel(server)
    with server.test_request_context("/"):
        yield


def chosen(*models: Model, names: list[str]) -> list[tuple[str, str]]:
    found = ModelList(models=list(models), names=names)
    return [(one["value"], one["label"]) for one in model_options(found, none="the active one")]


def test_models_of_one_environment_are_a_plain_list_without_deleted_ones() -> None:
    models = Model(id="2", name="maze", env_id="M"), Model(id="1", name="maze", env_id="M", state=ModelState.DELETED)
    assert chosen(*models, names=["maze"]) == [("*", "the active one"), ("2", "Model 2 · M")]


def test_several_registered_models_have_headings_and_offer_their_active_version() -> None:
    models = [
        Model(id="2", name="maze", env_id="M", state=ModelState.ACTIVE),
        Model(id="pole:1", name="pole", env_id="P", algorithm="PPO"),
        Model(id="pole:2", name="pole", env_id="Q"),
    ]
    assert [value for value, _label in chosen(*models, names=["maze", "pole"])] == [
        *("*", "heading:0", "2"),
        *("heading:1", "*pole", "pole:1"),
        *("heading:2", "pole:2"),
    ]
    labels = dict(chosen(*models, names=["maze", "pole"]))
    assert labels["heading:1"] == "── pole · P"
    assert (labels["*pole"], labels["2"]) == ("pole, the active one", "Model 2 · M · active")
