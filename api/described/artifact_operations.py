"""The operations on files of runs."""

from typing import Final

from api.described.operation import Operation
from api.shapes import ArtifactRow

_FAILURES: Final = (404, 422, 502, 503)
_PATH: Final = {"path": "Where it is in the run: relative, with single slashes."}
ARTIFACTS: Final = (
    Operation(
        "get",
        "/api/runs/{run_id}/artifacts",
        "What lies in a folder of the run",
        list[ArtifactRow],
        _FAILURES,
        query={"path": "The folder; the run's own where it is absent."},
    ),
    Operation(
        "get",
        "/api/runs/{run_id}/artifacts/file",
        "A file, or with a Range header a part of it; in a sandbox, and as a type that runs nothing",
        bytes,
        (404, 416, 422, 502, 503),
        query=_PATH | {"save": "Given: it is to be saved.", "pieces": "Given: at most 1 MiB of what Range asks for."},
        required=frozenset({"path"}),
    ),
    Operation(
        "get",
        "/api/runs/{run_id}/artifacts/document",
        "An HTML file, a Markdown text or a notebook as a document, in a sandbox",
        bytes,
        _FAILURES,
        query=_PATH,
        required=frozenset({"path"}),
    ),
)
