"""Previews of files by their kind, bounded in size, or the reason why there is none."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from domain.artifacts.kinds import Kind, begins_as_named, is_text, kind_of
from domain.artifacts.listing import Window
from domain.artifacts.paths import suffix_of
from domain.artifacts.pictures import size_of
from domain.artifacts.previews import Preview
from domain.artifacts.spans import Span
from domain.artifacts.tables import table_of_csv
from domain.errors.artifacts.records import (
    ArtifactEmpty,
    ArtifactTooLarge,
    DocumentUnreadable,
    NoPreview,
    NotAsNamed,
    NotShown,
    PictureTooLarge,
    PictureUnreadable,
)
from services.artifacts import figures
from services.artifacts.onnx_tensors import onnx_facts
from services.artifacts.parquet_tables import parquet_table
from services.artifacts.run_artifacts import RunArtifacts
from services.artifacts.temporary import on_disk

HEAD_BYTES: Final = 2**18
PICTURE_MIB: Final = 48
VECTOR_MIB: Final = 4
JSON_MIB: Final = 1
FILE_MIB: Final = 64
DOCUMENT_MIB: Final = 4
"""Limit of documents: HTML, Markdown, notebooks."""
_DOCUMENTS: Final = (Kind.HTML, Kind.MARKDOWN, Kind.NOTEBOOK)
Details = dict[str, Any]


def preview_of(artifacts: RunArtifacts, run_id: str, path: str) -> Preview:
    """Returns the preview of a file; raises `NotShown` with the reason where there is none, and as `RunArtifacts`."""
    head = artifacts.window(run_id, path, Span(0).within(HEAD_BYTES))
    kind = _kind(path, head)
    more = _DETAILS.get(kind, _nothing)(artifacts, run_id, path, head)
    shown = {"kind": kind, "size_bytes": head.size_bytes, "version": head.etag} | more
    return Preview.model_validate(shown)


def document_of(artifacts: RunArtifacts, run_id: str, path: str) -> tuple[Kind, bytes]:
    """Returns a document's content and its kind; raises as `preview_of`."""
    head = artifacts.window(run_id, path, Span(0).within(DOCUMENT_MIB << 20))
    kind = _kind(path, head)
    _check_size(head, DOCUMENT_MIB)
    if kind not in _DOCUMENTS:
        raise NotShown(NoPreview())
    return kind, head.content


def _kind(path: str, head: Window) -> Kind:
    if not head.size_bytes:
        raise NotShown(ArtifactEmpty())
    if not begins_as_named(path, head.content[:4096]):
        raise NotShown(NotAsNamed(suffix_of(path) or path))
    kind = kind_of(path)
    if kind is Kind.OTHER and is_text(head.content[:4096]):
        return Kind.TEXT
    if kind is Kind.OTHER:
        raise NotShown(NoPreview())
    return kind


def _check_size(head: Window, most_mib: int) -> None:
    if head.size_bytes > most_mib << 20:
        raise NotShown(ArtifactTooLarge(most_mib))


def _nothing(_artifacts: RunArtifacts, _run_id: str, _path: str, _head: Window) -> Details:
    return {}


def _picture(_artifacts: RunArtifacts, _run_id: str, path: str, head: Window) -> Details:
    if suffix_of(path) == ".svg":
        _check_size(head, VECTOR_MIB)
        return {}
    _check_size(head, PICTURE_MIB)
    size = size_of(head.content)
    if size is None:
        raise NotShown(PictureUnreadable())
    if not size.is_sane:
        raise NotShown(PictureTooLarge(size.width, size.height))
    return size._asdict()


def _notebook(artifacts: RunArtifacts, run_id: str, path: str, head: Window) -> Details:
    """Validates a notebook here, because the frame that shows it cannot report an error."""
    _check_size(head, DOCUMENT_MIB)
    whole = _whole(artifacts, run_id, path, head, DOCUMENT_MIB)
    try:
        cells = orjson.loads(whole.content)["cells"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise NotShown(DocumentUnreadable()) from error
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise NotShown(DocumentUnreadable())
    return {}


def _markdown(_artifacts: RunArtifacts, _run_id: str, _path: str, head: Window) -> Details:
    _check_size(head, DOCUMENT_MIB)
    return {}


def _html(artifacts: RunArtifacts, run_id: str, path: str, head: Window) -> Details:
    """Returns the figure of a page that Plotly wrote, as its own script would not run; other pages are documents."""
    if b"plotly" in head.content.lower() and head.size_bytes <= figures.MAX_MIB << 20:
        found = figures.figure_or_table_in_file(artifacts, run_id, path, Kind.HTML)
        if found:
            return dict(found)
    _check_size(head, DOCUMENT_MIB)
    return {}


def _whole(artifacts: RunArtifacts, run_id: str, path: str, head: Window, most_mib: int) -> Window:
    is_whole = len(head.content) == head.size_bytes
    return head if is_whole else artifacts.window(run_id, path, Span(0).within(most_mib << 20))


def _csv(_artifacts: RunArtifacts, _run_id: str, path: str, head: Window) -> Details:
    delimiter = "\t" if suffix_of(path) == ".tsv" else ","
    is_whole = len(head.content) == head.size_bytes
    return {"table": table_of_csv(head.content, delimiter, is_whole=is_whole)}


def _parquet(artifacts: RunArtifacts, run_id: str, path: str, head: Window) -> Details:
    _check_size(head, FILE_MIB)
    with on_disk(artifacts.open(run_id, path), FILE_MIB) as file:
        return {"table": parquet_table(file)}


def _onnx(artifacts: RunArtifacts, run_id: str, path: str, head: Window) -> Details:
    _check_size(head, FILE_MIB)
    with on_disk(artifacts.open(run_id, path), FILE_MIB) as file:
        return {"onnx": onnx_facts(file)}


def _json(artifacts: RunArtifacts, run_id: str, path: str, head: Window) -> Details:
    """Returns the indented text of small JSON, the table of MLflow's log_table, or a figure; otherwise plain text."""
    if head.size_bytes > figures.MAX_MIB << 20:
        return {"kind": Kind.TEXT}
    if head.size_bytes > JSON_MIB << 20:
        return dict(figures.figure_or_table_in_file(artifacts, run_id, path, Kind.JSON)) or {"kind": Kind.TEXT}
    try:
        value = orjson.loads(_whole(artifacts, run_id, path, head, JSON_MIB).content)
    except orjson.JSONDecodeError:
        return {"kind": Kind.TEXT}
    return dict(figures.figure_or_table_in(value)) or {"text": orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()}


_DETAILS: Final[Mapping[Kind, Callable[[RunArtifacts, str, str, Window], Details]]] = {
    Kind.PICTURE: _picture,
    Kind.CSV: _csv,
    Kind.PARQUET: _parquet,
    Kind.ONNX: _onnx,
    Kind.JSON: _json,
    Kind.NOTEBOOK: _notebook,
    Kind.MARKDOWN: _markdown,
    Kind.HTML: _html,
}
