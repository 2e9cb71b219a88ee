"""The API as an OpenAPI document, made of the types that check it: `python -m api.openapi` writes docs/openapi.yaml."""

from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from api.described.operation import Operation
from api.described.operations import FAILURES, OPERATIONS
from api.shapes import Failed
from domain.access.identity import TOKEN_HEADER
from domain.errors import ClewError, catalogue

FILE: Final = Path(__file__).parents[1] / "docs" / "openapi.yaml"
_REFERENCES: Final = "#/components/schemas/{model}"
_HEAD: Final = "# Written by `python -m api.openapi` from the types in api/shapes.py; a test holds it.\n"


def document() -> dict[str, Any]:
    """The whole document."""
    shapes = _Shapes()
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation, shapes)
    failed = _json(shapes.of(Failed, sent=False))
    shapes.found["Failed"]["properties"]["code"]["enum"] = _codes()
    failures = {str(status): {"description": cause, "content": failed} for status, cause in FAILURES.items()}
    token = {"type": "http", "scheme": "bearer", "description": "Where the setting API_TOKEN has a value."}
    beside = "The same, where a proxy reads Authorization itself."
    return {
        "openapi": "3.1.0",
        "info": {"title": "Clew", "version": "1", "description": "Ids are opaque; percent-encode them in paths."},
        "paths": paths,
        "components": {
            "schemas": dict(sorted(shapes.found.items())),
            "responses": failures,
            "securitySchemes": {
                "token": token,
                "tokenHeader": {"type": "apiKey", "in": "header", "name": TOKEN_HEADER, "description": beside},
            },
        },
    }


def text() -> str:
    """The document as YAML."""
    return _HEAD + yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=120)


def _codes() -> list[str]:
    """The codes of all failures; what Clew answers may hold those of others that it asked."""
    waiting, found = [ClewError], set[str]()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found |= {kind.code} if "text" in vars(kind) and kind.code in catalogue.TEMPLATES else set()
    return sorted(found)


class _Shapes:
    """Collects the schemas of types, each under its name once; answers say all fields, requests what they need."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}

    def of(self, shape: Any, *, sent: bool) -> dict[str, Any]:
        """A reference to the schema of `shape`, as it is `sent` to Clew or answered by it."""
        mode: JsonSchemaMode = "validation" if sent else "serialization"
        schema = TypeAdapter(shape).json_schema(ref_template=_REFERENCES, mode=mode)
        self.found |= schema.pop("$defs", {})
        if "title" not in schema:
            return schema
        self.found[schema["title"]] = schema
        return {"$ref": _REFERENCES.format(model=schema["title"])}


def _operation(operation: Operation, shapes: _Shapes) -> dict[str, Any]:
    said: dict[str, Any] = {"summary": operation.summary}
    if parameters := _parameters(operation):
        said["parameters"] = parameters
    if operation.body is not None:
        said["requestBody"] = {"required": True, "content": _json(shapes.of(operation.body, sent=True))}
    success: dict[str, Any] = {"description": "Done"}
    if operation.headers:
        success["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in operation.headers.items()
        }
    if operation.answers is bytes:
        success["content"] = {"application/octet-stream": {}}
    elif operation.answers is not None:
        success["content"] = _json(shapes.of(operation.answers, sent=False)) | {kind: {} for kind in operation.files}
    said["responses"] = {str(operation.status): success}
    for status in sorted({*operation.failures, 500}):
        said["responses"][str(status)] = {"$ref": f"#/components/responses/{status}"}
    if operation.method != "get":
        said["security"] = [{"token": []}, {"tokenHeader": []}, {}]
    return said


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    text = {"type": "string"}
    in_path = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": text | {"minLength": 1}} for name in in_path] + [
        {
            "name": name,
            "in": "query",
            "required": name in operation.required,
            "description": described,
            "schema": operation.kinds.get(name, text),
        }
        for name, described in operation.query.items()
    ]


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
