"""Declares fields of the built-in trainers' request types, with the form's labels."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, Field

from domain.messages import template

HYPERPARAMETERS: Final = template("Hyperparameters")
"""The section of the form for hyperparameters."""
OWN_VALUES: Final = "own"
"""The value of a run's `setting` if its hyperparameters are not those of a preset."""


def _layers(layers: Any) -> Any:
    """Splits the text of a form, "64, 64"."""
    return [part.strip() for part in layers.split(",")] if isinstance(layers, str) else layers


Layers = Annotated[
    tuple[Annotated[int, Field(ge=1, le=1024)], ...], BeforeValidator(_layers), Field(min_length=1, max_length=4)
]


def hyper(default: Any, title: str, description: str, *, unit: str = "", **limits: Any) -> Any:
    """Declares a hyperparameter by Stable-Baselines3's name."""
    more: Any = {"unit": unit, "section": HYPERPARAMETERS}
    return Field(default, title=title, description=description, json_schema_extra=more, **limits)


def hyperparameters_of(request: BaseModel) -> dict[str, Any]:
    """Returns the fields of a request that are hyperparameters, as plain values."""
    names = [name for name, field in type(request).model_fields.items() if _section(field) == HYPERPARAMETERS]
    return {name: _plain(getattr(request, name)) for name in names}


def layers_text(layers: Iterable[int]) -> str:
    """Formats layers for a form: "64, 64"."""
    return ", ".join(map(str, layers))


def _section(field: Any) -> str:
    more = field.json_schema_extra
    return str(more.get("section", "")) if isinstance(more, dict) else ""


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
