"""The API as an OpenAPI document, made of what its views declare: `python -m api.openapi` writes docs/openapi.yaml."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import yaml
from flask import Flask

import api.routes
from api.operations.document import described
from api.operations.failures import MEANINGS
from api.operations.operation import operation_of
from api.operations.schemas import Schemas, as_json
from api.shapes import Failed
from domain.access.identity import TOKEN_HEADER
from domain.access.rules import Access
from domain.access.table import DASHBOARD, access_of
from domain.errors import ClewError, catalogue
from services.connect import connect
from settings.settings import Settings

FILE: Final = Path(__file__).parents[1] / "docs" / "openapi.yaml"
_HEAD: Final = "# Written by `python -m api.openapi` from what the views of api/ declare; a test holds it.\n"
_IN_PATH: Final = re.compile(r"<(?:\w+:)?(\w+)>")


def document(server: Flask) -> dict[str, Any]:
    """Returns the whole document of the routes of `server` that are operations."""
    schemas = Schemas()
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(server.url_map.iter_rules(), key=lambda rule: rule.rule):
        operation = operation_of(server.view_functions[rule.endpoint])
        if operation is None:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            writes = access_of(DASHBOARD, method, rule.rule) is not Access.READ
            operation_json = described(operation, _IN_PATH.findall(rule.rule), schemas, writes=writes)
            paths.setdefault(_IN_PATH.sub(r"{\1}", rule.rule), {})[method.lower()] = operation_json
    failed = as_json(schemas.of(Failed, sent=False))
    schemas.found["Failed"]["properties"]["code"]["enum"] = _codes()
    failures = {str(status): {"description": meaning, "content": failed} for status, meaning in MEANINGS.items()}
    token = {"type": "http", "scheme": "bearer", "description": "Where the setting API_TOKEN has a value."}
    beside = "The same, where a proxy reads Authorization itself."
    return {
        "openapi": "3.1.0",
        "info": {"title": "Clew", "version": "1", "description": "Ids are opaque; percent-encode them in paths."},
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.found.items())),
            "responses": failures,
            "securitySchemes": {
                "token": token,
                "tokenHeader": {"type": "apiKey", "in": "header", "name": TOKEN_HEADER, "description": beside},
            },
        },
    }


def text(server: Flask) -> str:
    """Returns the document as YAML."""
    return _HEAD + yaml.dump(document(server), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as such."""


def _of_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _of_text)


def _codes() -> list[str]:
    """Returns the codes of all failures; what Clew answers may hold those of others that it asked."""
    waiting, found = [ClewError], set[str]()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found |= {kind.code} if "text" in vars(kind) and kind.code in catalogue.TEMPLATES else set()
    return sorted(found)


def _write() -> None:
    with TemporaryDirectory() as cache:
        settings = Settings(_env_file=None, cache_dir=Path(cache))
        server = Flask("clew")
        api.routes.register(server, connect(settings))
        FILE.write_text(text(server), "utf-8")


if __name__ == "__main__":
    _write()
