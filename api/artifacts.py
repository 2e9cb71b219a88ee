"""/api/runs/<id>/artifacts: the files of a run: list, download, or parts.

Served so that nothing in them is executed.
"""

from typing import Final

from flask import Blueprint, Response, request
from pydantic import BaseModel, Field

from api.edge.language import choose_language
from api.edge.sandbox import sandbox
from api.shapes import ArtifactRow
from domain.artifacts.kinds import Kind, media_type
from domain.artifacts.opened import OpenedFile
from domain.artifacts.paths import name_of
from domain.artifacts.spans import Span, span_of
from domain.errors.artifacts.records import (
    ArtifactPathMalformed,
    NoSuchArtifact,
    NotShown,
    RangeNotServed,
    RangeOutside,
)
from domain.errors.records import RefusedThere, RunIdMalformed, RunNotFound
from services.artifacts.documents import document
from services.artifacts.run_artifacts import RunArtifacts
from services.connect import Services
from serving.operations.failures import NOT_CHANGED, READING
from serving.operations.operation import operation

PIECE_BYTES: Final = 2**20
"""The most that a video player gets per request: an unread answer would hold a connection, and a browser has six."""
FIRST_PIECE_BYTES: Final = 2**18
"""Contains a video's first frame, which its viewer waits for."""
_REVALIDATED: Final = "private, no-cache"
_FILES: Final = "file?path="  # from a document of the same run
_FAILURES: Final = (RunIdMalformed, RunNotFound, NoSuchArtifact, ArtifactPathMalformed, RefusedThere, *READING)


class FolderQuery(BaseModel):
    """Which folder to list."""

    path: str = Field("", description="The folder; by default the run's own.")


class DocumentQuery(BaseModel):
    """Which file to serve."""

    path: str = Field(description="Its path in the run: relative, with single slashes.")


class FileQuery(DocumentQuery):
    """Which file to serve, and for what purpose."""

    save: str | None = Field(None, description="If present, the file is sent as a download.")
    pieces: str | None = Field(None, description="If present, at most 1 MiB of the requested range is sent.")


def blueprint(services: Services) -> Blueprint:
    """Returns the routes of the files of runs in `services`."""
    routes = Blueprint("artifacts", __name__, url_prefix="/runs/<run_id>/artifacts")
    artifacts, settings = services.artifacts, services.settings

    @routes.get("")
    @operation(*_FAILURES)
    def all_files(run_id: str, query: FolderQuery) -> list[ArtifactRow]:
        """Lists the content of a folder of the run."""
        return [ArtifactRow.of(entry) for entry in artifacts.list_folder(run_id, query.path)]

    @routes.get("/file")
    @operation(
        *(RangeOutside, RangeNotServed, *_FAILURES),
        files=("*/*",),
        also=NOT_CHANGED | {206: "The part that Range asks for."},
    )
    def file(run_id: str, query: FileQuery) -> Response:
        """Returns a file, or with a Range header a part of it; in a sandbox, and with a type that executes nothing."""
        opened, is_part = _opened(artifacts, run_id, query.path, _span(query))
        response = _sent(opened, query, is_part=is_part)
        return sandbox(response, settings)

    @routes.get("/document")
    @operation(NotShown, *_FAILURES, files=("text/html",))
    def laid_out(run_id: str, query: DocumentQuery) -> Response:
        """Returns an HTML file, a Markdown text or a notebook as a document, in a sandbox."""
        kind, html = document(artifacts, run_id, query.path, choose_language(), _FILES)
        response = Response(html, mimetype="text/html")
        response.headers["Cache-Control"] = _REVALIDATED
        return sandbox(response, settings, is_ours=kind is Kind.MARKDOWN)

    return routes


def _span(query: FileQuery) -> Span | None:
    span = span_of(request.headers.get("Range"))
    if span is None or query.pieces is None:
        return span
    return span.within(PIECE_BYTES if span.first else FIRST_PIECE_BYTES)


def _opened(artifacts: RunArtifacts, run_id: str, path: str, span: Span | None) -> tuple[OpenedFile, bool]:
    """Returns the file, and whether it is the requested part.

    If the file has changed since the other parts were sent, it is the whole file.
    """
    known = request.headers.get("If-None-Match")
    opened = artifacts.open(run_id, path, span, {"If-None-Match": known} if known else {})
    if span is None or request.headers.get("If-Range") in (None, opened.etag):
        return opened, span is not None
    opened.close()
    return artifacts.open(run_id, path), False


def _sent(opened: OpenedFile, query: FileQuery, *, is_part: bool) -> Response:
    response = Response(status=304) if opened.is_same else Response(opened.pieces(), mimetype=None)
    response.call_on_close(opened.close)
    if not opened.is_same:
        _describe(response, opened, query, is_part=is_part and opened.size is not None)
    if opened.etag:
        response.headers["ETag"] = opened.etag
    response.headers["Cache-Control"] = _REVALIDATED
    return response


def _describe(response: Response, opened: OpenedFile, query: FileQuery, *, is_part: bool) -> None:
    kind = media_type(query.path)
    response.headers["Content-Type"] = kind
    # Otherwise it would be compressed on its way, and a part of compressed content is not a part of the file.
    response.headers["Content-Encoding"] = "identity"
    response.headers["Accept-Ranges"] = "bytes"
    is_saved = query.save is not None or kind == "application/octet-stream"
    response.headers.set("Content-Disposition", "attachment" if is_saved else "inline", filename=name_of(query.path))
    if opened.ends is not None:
        response.content_length = opened.ends - opened.begins
    if is_part and opened.ends is not None:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {opened.begins}-{opened.ends - 1}/{opened.size}"
