"""Reads the query and the body of requests, and writes JSON responses."""

from typing import Any, TypeVar, get_origin

from flask import Response, request
from pydantic import BaseModel, TypeAdapter, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from domain.errors.misfits import misfits_of
from domain.errors.requests import BodyNotJson, ContractMisfit, GivenTwice
from domain.messages import Reason

B = TypeVar("B", bound=BaseModel)


def query_as(shape: type[B]) -> B:
    """Returns the request's query; raises `ContractMisfit`. A parameter whose type is a tuple may be repeated."""
    fields = {field.alias or name: field for name, field in shape.model_fields.items()}
    given = request.args.to_dict(flat=False)
    many = {name for name in given if name not in fields or get_origin(fields[name].annotation) is tuple}
    twice: dict[str, Reason] = {name: GivenTwice() for name in given.keys() - many if len(given[name]) > 1}
    if twice:
        raise ContractMisfit(twice)
    try:
        return shape.model_validate({name: texts if name in many else texts[0] for name, texts in given.items()})
    except ValidationError as error:
        raise ContractMisfit(misfits_of(error)) from error


def body_as(shape: type[B]) -> B:
    """Returns the request's body, which has to be JSON.

    Raises `RequestRefused` (400, 422) or werkzeug's 413 and 415.
    """
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        return shape.model_validate_json(request.get_data())
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)
        fields = misfits_of(error)
        if wrong[0]["type"] == "json_invalid":
            raise BodyNotJson(fields) from error
        raise ContractMisfit(fields) from error


def answer(shape: Any, value: object, status: int = 200) -> Response:
    """Returns a JSON response with `value`, serialized as the pydantic type `shape`."""
    return Response(TypeAdapter(shape).dump_json(value), status, mimetype="application/json")
