"""/api/runs/<id>/artifacts: the files of a run, listed, whole, or in parts; served so that nothing in them runs."""

from typing import Final

from flask import Blueprint, Response, request

from api.edge.language import choose_language
from api.edge.sandbox import sandbox
from api.shapes import ArtifactRow
from api.wire import answer
from domain.artifacts.kinds import Kind, media_type
from domain.artifacts.opened import OpenedFile
from domain.artifacts.paths import name_of
from domain.artifacts.spans import Span, span_of
from services.artifacts.documents import document
from services.artifacts.run_artifacts import RunArtifacts
from services.connect import Services

PIECE_BYTES: Final = 2**20
"""A player is given so much at a time: what it does not read yet would hold a connection, and a browser has six."""
FIRST_PIECE_BYTES: Final = 2**18
"""It has a film's first frame, for which its viewer waits."""
_REVALIDATED: Final = "private, no-cache"
_FILES: Final = "file?path="  # from a document of the same run


def blueprint(services: Services) -> Blueprint:
    """The routes of the files of runs in `services`."""
    routes = Blueprint("artifacts", __name__, url_prefix="/runs/<run_id>/artifacts")
    artifacts, settings = services.artifacts, services.settings

    @routes.get("")
    def all_files(run_id: str) -> Response:
        found = artifacts.listed(run_id, request.args.get("path", ""))
        return answer(list[ArtifactRow], [ArtifactRow.of(entry) for entry in found])

    @routes.get("/file")
    def file(run_id: str) -> Response:
        path, span = request.args.get("path", ""), _span()
        opened, is_part = _opened(artifacts, run_id, path, span)
        return sandbox(_sent(opened, path, is_part=is_part), settings)

    @routes.get("/document")
    def laid_out(run_id: str) -> Response:
        path = request.args.get("path", "")
        kind, html = document(artifacts, run_id, path, choose_language(), _FILES)
        response = Response(html, mimetype="text/html")
        response.headers["Cache-Control"] = _REVALIDATED
        return sandbox(response, settings, is_ours=kind is Kind.MARKDOWN)

    return routes


def _span() -> Span | None:
    span = span_of(request.headers.get("Range"))
    if span is None or "pieces" not in request.args:
        return span
    return span.within(PIECE_BYTES if span.first else FIRST_PIECE_BYTES)


def _opened(artifacts: RunArtifacts, run_id: str, path: str, span: Span | None) -> tuple[OpenedFile, bool]:
    """The file, and whether it is the part that was asked for: not where the other parts are of another version."""
    known = request.headers.get("If-None-Match")
    opened = artifacts.open(run_id, path, span, {"If-None-Match": known} if known else {})
    if span is None or request.headers.get("If-Range") in (None, opened.etag):
        return opened, span is not None
    opened.close()
    return artifacts.open(run_id, path), False


def _sent(opened: OpenedFile, path: str, *, is_part: bool) -> Response:
    response = Response(status=304) if opened.is_same else Response(opened.pieces(), mimetype=None)
    response.call_on_close(opened.close)
    if not opened.is_same:
        _describe(response, opened, path, is_part=is_part and opened.size is not None)
    if opened.etag:
        response.headers["ETag"] = opened.etag
    response.headers["Cache-Control"] = _REVALIDATED
    return response


def _describe(response: Response, opened: OpenedFile, path: str, *, is_part: bool) -> None:
    kind = media_type(path)
    response.headers["Content-Type"] = kind
    # Or it would be compressed on its way, and a part of what is compressed is no part of the file.
    response.headers["Content-Encoding"] = "identity"
    response.headers["Accept-Ranges"] = "bytes"
    is_saved = "save" in request.args or kind == "application/octet-stream"
    response.headers.set("Content-Disposition", "attachment" if is_saved else "inline", filename=name_of(path))
    if opened.ends is not None:
        response.content_length = opened.ends - opened.begins
    if is_part and opened.ends is not None:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {opened.begins}-{opened.ends - 1}/{opened.size}"
