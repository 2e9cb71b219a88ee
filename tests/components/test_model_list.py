"""The rows of the model list."""

import pytest

from components.models.model_list import row
from domain.registry.models import Model


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
def test_an_id_shows_as_it_is(model_id: str, shown: int | str) -> None:
    assert row(Model(id=model_id))["model_id"] == shown
