"""What a training wrote, over HTTP: its last lines, those before them, where a text stands, and all of it."""

from collections.abc import Iterator
from typing import Final

from flask import Flask, Response, request

from domain.errors.requests import ContractMisfit
from domain.errors.trainings.reasons import NotACount
from domain.trainings.answers import LOG_ENDS, LOG_SIZE, FoundLine, LogFound
from scheduler.local.log_file import MOST_LINES
from scheduler.scheduler import Scheduler

_ROOT: Final = "/api/training/runs/<run_id>"
_LINES: Final = 200
_LONGEST_QUERY: Final = 200
_MOST: Final = 2**53


def register(app: Flask, scheduler: Scheduler) -> None:
    """Adds the routes."""

    @app.get(f"{_ROOT}/log")
    def log(run_id: str) -> Response:
        found = scheduler.log(run_id)
        before, text = _number("before", _MOST), request.args.get("q", "")
        if text:
            lines, searched_to, size = found.search(text[:_LONGEST_QUERY], before)
            lines_found = [FoundLine(at=at, line=line) for at, line in lines]
            return _json(LogFound(lines=lines_found, searched_to=searched_to, size=size).model_dump_json())
        lines_wanted = _number("lines", MOST_LINES)
        return _json(found.part(before, _LINES if lines_wanted is None else lines_wanted).model_dump_json())

    @app.get(f"{_ROOT}/log.txt")
    def whole(run_id: str) -> Response:
        found, begins = scheduler.log(run_id), _number("from", _MOST)
        if begins is None:
            return _text(found.whole())
        piece = found.piece(begins)
        response = _text(piece.content)
        response.headers[LOG_ENDS], response.headers[LOG_SIZE] = str(piece.ends), str(piece.size)
        return response


def _number(name: str, most: int) -> int | None:
    given = request.args.get(name)
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) < 20 and int(given) <= most):
        raise ContractMisfit({name: NotACount(most)})
    return int(given)


def _text(content: bytes | Iterator[bytes]) -> Response:
    response = Response(content, content_type="text/plain; charset=utf-8")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _json(text: str) -> Response:
    return Response(text, mimetype="application/json", headers={"Cache-Control": "no-store"})
