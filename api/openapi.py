"""The API as an OpenAPI document, built from the declarations on its views.

`python -m api.openapi` writes docs/openapi.yaml.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from flask import Flask

import api.routes
from domain.access.table import DASHBOARD
from domain.errors import ClewError, catalogue
from services.connect import connect
from serving.operations import openapi
from serving.operations.failures import GUARD, MEANINGS
from settings.settings import Settings

FILE: Final = openapi.DOCS / "openapi.yaml"


def document(server: Flask) -> dict[str, Any]:
    """Returns the whole document of the routes of `server` that are operations."""
    return openapi.document(server, _api())


def text(server: Flask) -> str:
    """Returns the document as YAML."""
    return openapi.text(server, _api())


def _api() -> openapi.HttpApi:
    return openapi.HttpApi(
        module="api.openapi",
        file=FILE,
        title="Clew",
        description="Ids are opaque; percent-encode them in paths.",
        access=DASHBOARD,
        meanings=MEANINGS,
        guard=GUARD,
        codes=_codes(),
    )


def _codes() -> list[str]:
    """Returns the codes of all failures; Clew's answers may contain those of its other processes."""
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
        openapi.write(server, _api())


if __name__ == "__main__":
    _write()
