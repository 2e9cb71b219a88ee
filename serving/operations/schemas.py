"""The JSON schemas of the types of requests and responses."""

from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

_REFERENCES: Final = "#/components/schemas/{model}"


class Schemas:
    """Collects the schemas of types, each under its name once.

    All fields are required in a response, and only those without a default in a request."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}

    def of(self, shape: Any, *, sent: bool) -> dict[str, Any]:
        """Returns a reference to the schema of `shape`, as it is `sent` by a client or returned to it."""
        schema = self.inline(shape, sent=sent)
        if "title" not in schema:
            return schema
        self.found[schema["title"]] = schema
        return {"$ref": _REFERENCES.format(model=schema["title"])}

    def inline(self, shape: Any, *, sent: bool) -> dict[str, Any]:
        """Returns the schema of `shape` itself; the schemas that it refers to are collected."""
        mode: JsonSchemaMode = "validation" if sent else "serialization"
        schema = TypeAdapter(shape).json_schema(ref_template=_REFERENCES, mode=mode)
        self.found |= schema.pop("$defs", {})
        return schema


def as_json(schema: dict[str, Any]) -> dict[str, Any]:
    """Returns the content description of a JSON body."""
    return {"application/json": {"schema": schema}}
