"""The OpenAPI document of one process's HTTP API, made from the declarations on its views."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from flask import Flask

from domain.access.identity import TOKEN_HEADER
from domain.access.rules import Access
from domain.access.table import access_of
from domain.errors import ClewError
from domain.message_data import Failed
from serving.operations.document import described
from serving.operations.operation import operation_of
from serving.operations.schemas import Schemas, as_json

DOCS: Final = Path(__file__).parents[2] / "docs"
_IN_PATH: Final = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class HttpApi:
    """The parts of a document besides its operations; `python -m <module>` writes it to `file`.

    `access` is the access table of the process. `refusals` are failures that any request can meet before its view is
    called, `guard` those that any request meets that writes or starts work. `meanings` has a sentence for each status
    of a failure. `codes` are listed as all possible codes of `Failed`; if empty, the document does not list them.
    """

    module: str
    file: Path
    title: str
    description: str
    access: Mapping[str, Access]
    meanings: Mapping[int, str]
    guard: Sequence[type[ClewError]]
    refusals: Sequence[type[ClewError]] = ()
    codes: Sequence[str] = ()


def document(server: Flask, api: HttpApi) -> dict[str, Any]:
    """Returns the whole document of the routes of `server` that are operations."""
    schemas = Schemas()
    paths = _paths(server, api, schemas)
    failed = as_json(schemas.of(Failed, sent=False))
    if api.codes:
        schemas.found["Failed"]["properties"]["code"]["enum"] = list(api.codes)
    failures = {
        status: {"description": api.meanings[int(status)], "content": failed} for status in sorted(_failing(paths))
    }
    components = {"schemas": dict(sorted(schemas.found.items())), "responses": failures}
    if api.guard:
        components["securitySchemes"] = _security()
    return {
        "openapi": "3.1.0",
        "info": {"title": api.title, "version": "1", "description": api.description},
        "paths": paths,
        "components": components,
    }


def text(server: Flask, api: HttpApi) -> str:
    """Returns the document as YAML, after a comment with the command that writes it."""
    package = api.module.partition(".")[0]
    head = f"# Written by `python -m {api.module}` from what the views of {package}/ declare; a test holds it.\n"
    return head + yaml.dump(document(server, api), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def write(server: Flask, api: HttpApi) -> None:
    """Writes the document to its file."""
    api.file.write_text(text(server, api), "utf-8")


def _paths(server: Flask, api: HttpApi, schemas: Schemas) -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(server.url_map.iter_rules(), key=lambda rule: rule.rule):
        operation = operation_of(server.view_functions[rule.endpoint])
        if operation is None:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            is_change = access_of(api.access, method, rule.rule) is not Access.READ
            more = (*api.refusals, *(api.guard if is_change else ()))
            of_path = _IN_PATH.findall(rule.rule)
            operation_json = described(operation, of_path, schemas, more, api.meanings, is_change=is_change)
            paths.setdefault(_IN_PATH.sub(r"{\1}", rule.rule), {})[method.lower()] = operation_json
    return paths


def _failing(paths: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Returns the statuses whose response is a shared one of the document."""
    listed = (operation["responses"] for methods in paths.values() for operation in methods.values())
    return {status for responses in listed for status, response in responses.items() if "$ref" in response}


def _security() -> dict[str, Any]:
    token = {"type": "http", "scheme": "bearer", "description": "Required if API_TOKEN is set."}
    description = "The same token, if a proxy uses the Authorization header itself."
    header = {"type": "apiKey", "in": "header", "name": TOKEN_HEADER, "description": description}
    return {"token": token, "tokenHeader": header}


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as a YAML block."""


def _of_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _of_text)
