"""JSON in, JSON out: the one place where a request's body is read and where an answer is written."""

from typing import Any, TypeVar

from flask import Response, request
from pydantic import BaseModel, TypeAdapter, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from domain.errors.misfits import misfits_of
from domain.errors.requests import BodyNotJson, ContractMisfit

B = TypeVar("B", bound=BaseModel)


def body_as(shape: type[B]) -> B:
    """The request's body, which has to be JSON; raises `RequestRefused` (400, 422) or werkzeug's 413 and 415."""
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
    """`value` as JSON, as `shape` (a type that pydantic knows) writes it."""
    return Response(TypeAdapter(shape).dump_json(value), status, mimetype="application/json")
