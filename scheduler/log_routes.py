"""The log of a training over HTTP: its last lines, those before them, a search for a text, and all of it."""

from collections.abc import Iterator
from typing import Final

from flask import Flask, Response

from domain.errors.trainings.requests import NoSuchTraining, TrainingsNotRead
from domain.trainings.answers import FoundLine, LogFound, LogPieceHeaders
from domain.trainings.requests import LogFileQuery, LogQuery
from domain.trainings.training import LogPart
from scheduler.scheduler import Scheduler
from serving.operations.headers import declared_headers
from serving.operations.operation import operation

_ROOT: Final = "/api/training/runs/<run_id>"


def register(app: Flask, scheduler: Scheduler) -> None:
    """Adds the routes."""

    @app.get(f"{_ROOT}/log")
    @operation(NoSuchTraining, TrainingsNotRead)
    def log(run_id: str, query: LogQuery) -> LogPart | LogFound:
        """Returns the last lines of a training's log, those before a byte position, or those that contain a text."""
        written = scheduler.log(run_id)
        if query.q is None:
            return written.part(query.before, query.lines)
        lines, searched_to, size = written.search(query.q, query.before)
        lines_found = [FoundLine(at=at, line=line) for at, line in lines]
        return LogFound(lines=lines_found, searched_to=searched_to, size=size)

    @app.get(f"{_ROOT}/log.txt")
    @operation(NoSuchTraining, TrainingsNotRead, files=("text/plain",), headers=declared_headers(LogPieceHeaders))
    def whole(run_id: str, query: LogFileQuery) -> Response:
        """Returns a training's complete log so far, or one piece of it; the headers come with a piece."""
        written = scheduler.log(run_id)
        if query.begins is None:
            return _text(written.whole())
        piece = written.piece(query.begins)
        response = _text(piece.content)
        response.headers.update(LogPieceHeaders(ends=piece.ends, size=piece.size).headers)
        return response


def _text(content: bytes | Iterator[bytes]) -> Response:
    response = Response(content, content_type="text/plain; charset=utf-8")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
