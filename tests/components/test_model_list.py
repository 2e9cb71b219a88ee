"""The rows of the model list, and the summary of the registered models."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel

from components.models.model_groups import groups
from components.models.model_list import row
from domain.registry.models import Model, ModelList, ModelState


@pytest.fixture
def request_context() -> Iterator[None]:
    """Pushes a request context: numbers are written in its language."""
    server = Flask("test")
    Babel(server)
    with server.test_request_context("/"):
        yield


@pytest.mark.parametrize(
    ("model_id", "shown"),
    [
        ("10", 10),
        ("0", 0),
        ("007", "007"),
        ("00", "00"),
        ("9007199254740991", 2**53 - 1),
        ("9007199254740992", "9007199254740992"),
        ("123456789012345678", "123456789012345678"),
        ("\u0667", "\u0667"),
        ("a7", "a7"),
    ],
)
def test_a_model_id_is_a_number_only_if_no_digit_is_lost(model_id: str, shown: int | str) -> None:
    assert row(Model(id=model_id))["model_id"] == shown


def test_each_registered_model_has_a_line_with_its_active_version(request_context: None) -> None:
    models = [
        Model(id="2", name="maze", env_id="ClewMaze-10x10-v0", success_rate=0.5, state=ModelState.ACTIVE),
        Model(id="1", name="maze", env_id="ClewMaze-5x5-v0", state=ModelState.DELETED),
        Model(id="cart:1", name="cart", env_id="CartPole-v1", mean_return=480.5, state=ModelState.ACTIVE),
    ]
    shown = groups(ModelList(models=models, names=["maze", "cart", "new"]))
    assert shown is not None
    maze, cart, empty = map(str, shown.children)
    assert "ClewMaze-10x10-v0 · 1 model" in maze
    assert "50.0 %" in maze
    assert "/models/cart%3A1" in cart
    assert "return 480.5" in cart
    assert "none is active" in empty
    assert groups(ModelList(models=models[:2], names=["maze"])) is None
