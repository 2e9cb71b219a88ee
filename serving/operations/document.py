"""The OpenAPI description of one operation."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.errors import ClewError
from domain.errors.requests import Unexpected
from serving.operations.operation import Operation
from serving.operations.schemas import Schemas, as_json


def described(
    operation: Operation,
    in_path: Iterable[str],
    schemas: Schemas,
    more: Sequence[type[ClewError]],
    meanings: Mapping[int, str],
    *,
    is_change: bool,
) -> dict[str, Any]:
    """Returns the description of an operation with these parameters in its path.

    `meanings` has a sentence for each status of a failure; a change may need a token.
    """
    document: dict[str, Any] = {"summary": operation.summary}
    if parameters := [*map(_of_path, in_path), *_of_query(operation, schemas)]:
        document["parameters"] = parameters
    if operation.body is not None:
        document["requestBody"] = {"required": True, "content": as_json(schemas.of(operation.body, sent=True))}
    responses = {operation.status: _success(operation, schemas)}
    responses |= {status: {"description": meaning} for status, meaning in operation.also.items()}
    responses |= _failures([*operation.errors, *more, Unexpected], meanings)
    document["responses"] = {str(status): described_json for status, described_json in sorted(responses.items())}
    if is_change:
        document["security"] = [{"token": []}, {"tokenHeader": []}, {}]
    return document


def _success(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done"}
    if operation.headers:
        text = {"type": "string"}
        success["headers"] = {
            name: {"description": described_json, "schema": text} for name, described_json in operation.headers.items()
        }
    content = {} if operation.answers is None else as_json(schemas.of(operation.answers, sent=False))
    if content := content | {kind: {} for kind in operation.files}:
        success["content"] = content
    return success


def _failures(errors: Sequence[type[ClewError]], meanings: Mapping[int, str]) -> dict[int, Any]:
    return {status: _failure(status, errors, meanings[status]) for status in {kind.status for kind in errors}}


def _failure(status: int, errors: Sequence[type[ClewError]], meaning: str) -> dict[str, Any]:
    """Returns the response of a status, with a line for each known code of its failures."""
    kinds = {kind for kind in errors if kind.status == status}
    known = sorted(f"- `{kind.code}`: {_first_line(kind)}" for kind in kinds if "text" in vars(kind))
    others = [f"- else: {meaning}"] if any("text" not in vars(kind) for kind in kinds) else []
    described_json = {"$ref": f"#/components/responses/{status}"}
    return described_json | ({"description": "\n".join(known + others)} if known and kinds != {Unexpected} else {})


def _first_line(kind: type[ClewError]) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]


def _of_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _of_query(operation: Operation, schemas: Schemas) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    shape = schemas.inline(operation.query, sent=True)
    required = shape.get("required", ())
    return [_parameter(name, field, name in required) for name, field in shape["properties"].items()]


def _parameter(name: str, field: dict[str, Any], required: bool) -> dict[str, Any]:
    described_json = {"name": name, "in": "query", "required": required, "description": field.get("description", "")}
    return described_json | {"schema": _of_text(field)}


def _of_text(field: dict[str, Any]) -> dict[str, Any]:
    """Returns the schema of a query parameter: it is absent instead of null."""
    kept = {key: value for key, value in field.items() if key not in ("title", "description", "anyOf")}
    kinds = [kind for kind in field.get("anyOf", ()) if kind != {"type": "null"}]
    kept |= kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {}
    return {key: value for key, value in kept.items() if key != "default" or value}
