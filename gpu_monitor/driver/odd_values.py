"""Drops invalid values of a driver one by one, and names them."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.errors.misfits import reason_of
from domain.errors.schema import FieldMisfit, SchemaLess, SchemaLong, SchemaMore, ValueMisfit
from domain.gpus import GpuMisfit
from domain.message_data import coded
from domain.messages import Reason

Model = TypeVar("Model", bound=BaseModel)


class Fitted(NamedTuple):
    """The valid values, and a misfit for each of the others."""

    values: dict[str, Any]
    misfits: list[GpuMisfit]


def fit(model: type[Model], values: Mapping[str, Any], inside: str = "") -> Fitted:
    """Drops each value that `model` rejects; `inside` is the path of a value within its GPU, such as "processes.0."."""
    try:
        model(**values)
    except ValidationError as error:
        wrong = {str(one["loc"][0]): one for one in error.errors(include_url=False)}
        kept = {name: value for name, value in values.items() if name not in wrong}
        return Fitted(kept, [_misfit_of(inside + name, one) for name, one in wrong.items()])
    return Fitted(dict(values), [])


def misfit(field: str, why: Reason, value: float | None = None) -> GpuMisfit:
    """Returns the misfit of a field whose value is dropped."""
    misfit = FieldMisfit(field, why) if value is None else ValueMisfit(field, value, why)
    return GpuMisfit(field=field, **coded(misfit, "error"))


def _misfit_of(field: str, details: ErrorDetails) -> GpuMisfit:
    value = details["input"]
    return misfit(field, _reason_of(details), value if isinstance(value, int | float) else None)


def _reason_of(details: ErrorDetails) -> Reason:
    """Returns the reason in the same form that the browser uses, for which the card has texts."""
    limits = details.get("ctx", {})
    if details["type"] == "less_than_equal":
        return SchemaMore(limits["le"])
    if details["type"] == "greater_than_equal":
        return SchemaLess(limits["ge"])
    if details["type"] == "string_too_long":
        return SchemaLong(limits["max_length"])
    return reason_of(details)
