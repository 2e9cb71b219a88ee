"""Builds the fields of a form from the pydantic types of requests, one type per algorithm."""

import sys
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from domain.messages import template
from domain.trainings.fields import (
    ChoiceField,
    FloatField,
    FormField,
    IntegerField,
    SeedsField,
    SwitchField,
    TextField,
    Value,
)
from domain.trainings.hyperparameters.declaring import layers_text

REQUEST_FILE: Final = "{request_file}"
"""The placeholder in a command for the file to which the scheduler writes the values as JSON."""
COMMAND: Final = (sys.executable, "-m", "training", "--request", REQUEST_FILE)
"""The command that starts a built-in training."""
_LAYERS: Final = r"[1-9]\d{0,3}( *, *[1-9]\d{0,3}){0,3}"
_LIMITS: Final = {"minimum": "least", "maximum": "most", "exclusiveMinimum": "above", "exclusiveMaximum": "below"}
_OF_TEXT: Final = ("may_be_path", "longest", "suggestions")
_COPIED: Final = ("unit", "section", "shown_for")


def fields_of(algorithms_help: str, requests: Mapping[str, type[BaseModel]]) -> tuple[FormField, ...]:
    """Returns the algorithm field, then the common fields, then those that differ, in the order of their types."""
    names, label = tuple(requests), template("Algorithm")
    algorithm = ChoiceField(name="algorithm", label=label, help=algorithms_help, options=names, default=names[0])
    by_name: dict[str, dict[str, FormField]] = {}
    for name, kind in requests.items():
        for field, schema in kind.model_json_schema()["properties"].items():
            if field != "algorithm":
                by_name.setdefault(field, {})[name] = _field(field, schema)
    return (algorithm, *(field for found in by_name.values() for field in _distinguished(found, len(requests))))


def values_of_fields(values: Mapping[str, Any]) -> dict[str, Value]:
    """Returns the values of a request for a form: layers as text."""
    return {**values, "net_arch": layers_text(values["net_arch"])}


def _distinguished(found: Mapping[str, FormField], algorithms: int) -> list[FormField]:
    """Returns one field for algorithms with the same definition, else one for each."""
    alike: list[tuple[FormField, list[str]]] = []
    for name, one in found.items():
        names = next((names for other, names in alike if other == one), None)
        if names is None:
            alike.append((one, [name]))
        else:
            names.append(name)
    return [
        one if len(names) == algorithms else one.model_copy(update={"shown_for": _also_for(one, names)})
        for one, names in alike
    ]


def _also_for(field: FormField, algorithms: list[str]) -> dict[str, tuple[str, ...]]:
    return {**field.shown_for, "algorithm": tuple(algorithms)}


def _field(name: str, schema: Mapping[str, Any]) -> FormField:
    """Returns one field, built from the JSON Schema of the request's field."""
    fields: dict[str, Any] = {"name": name, "label": schema["title"], "help": schema["description"]}
    fields |= {key: schema[key] for key in _COPIED if key in schema}
    default = schema["default"]
    if name == "seed":
        return SeedsField(**fields, default=str(default))
    if name == "net_arch":
        return TextField(**fields, default=layers_text(default), pattern=_LAYERS, longest=40)
    if "const" in schema or "enum" in schema:
        return ChoiceField(**fields, default=default, options=schema.get("enum", [default]))
    if schema["type"] == "boolean":
        return SwitchField(**fields, default=default)
    if schema["type"] == "string":
        fields |= {key: schema[key] for key in _OF_TEXT if key in schema}
        return TextField(**fields, default=default, pattern=schema["pattern"].removeprefix("^").removesuffix("$"))
    kind: type[IntegerField] | type[FloatField] = IntegerField if schema["type"] == "integer" else FloatField
    limits = {ours: schema[theirs] for theirs, ours in _LIMITS.items() if theirs in schema}
    return kind(**fields, default=default, **limits)
