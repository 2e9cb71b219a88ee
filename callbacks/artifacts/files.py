"""`/artifacts/…`: the folders of a run, the preview of a file, and its lines, in the reader's language."""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Final

import dash
import flask
from pydantic import BaseModel, Field, ValidationError

from callbacks.wire import answer, problem, with_message
from domain.errors import BadInput, NotFound, ServiceError
from domain.errors.artifacts.records import NotShown, RangeNotServed
from domain.errors.misfits import misfits_of
from domain.errors.requests import ContractMisfit
from services.artifacts.previews import preview_of
from services.artifacts.run_artifacts import MAX_LINES
from services.artifacts.text_search import compile_search
from services.connect import Services

Byte = Annotated[int | None, Field(ge=0, lt=2**53)]
FileRoute = Callable[["FileQuery"], dict[str, Any]]
# The page shows these in place of the file; with another status than 200 the browser would log an error.
_SHOWN_AS_PROBLEM: Final = (BadInput, NotFound, ServiceError, NotShown, RangeNotServed)


class FileQuery(BaseModel):
    """Which file or folder of which run, and which part of it."""

    run: str = ""
    path: str = ""
    before: Byte = None
    after: Byte = None
    q: Annotated[str, Field(max_length=500)] = ""
    regex: bool = False


def register(app: dash.Dash, services: Services) -> None:
    """Adds the routes to the server of `app`."""
    server: flask.Flask = app.server
    artifacts = services.artifacts

    @server.get("/artifacts/list")
    @json_route
    def artifact_list(query: FileQuery) -> dict[str, Any]:
        """Returns an array of name, whether it is a folder, and bytes per entry: objects would be three times as long
        for 10,000.

        For a run without files, `root` is the place of its artifacts, unless that is MLflow's own store.
        """
        found = artifacts.list_folder(query.run, query.path)
        json_route = {"files": [[entry.name, entry.is_dir, entry.size_bytes] for entry in found]}
        return json_route if found or query.path else json_route | {"root": artifacts.root_elsewhere(query.run)}

    @server.get("/artifacts/preview")
    @json_route
    def artifact_preview(query: FileQuery) -> dict[str, Any]:
        return preview_of(artifacts, query.run, query.path).model_dump(mode="json", exclude_none=True)

    @server.get("/artifacts/lines")
    @json_route
    def artifact_lines(query: FileQuery) -> dict[str, Any]:
        found = artifacts.lines(query.run, query.path, before=query.before, after=query.after, most=MAX_LINES)
        return found._asdict()

    @server.get("/artifacts/found")
    @json_route
    def artifact_found(query: FileQuery) -> dict[str, Any]:
        pattern = compile_search(query.q, is_pattern=query.regex)
        found = artifacts.found(query.run, query.path, pattern, before=query.before, after=query.after)
        return found.model_dump()


def json_route(route: FileRoute) -> Callable[[], flask.Response]:
    """Wraps `route`: it gets its query, and answers failures that the page shows in the file's place as a `problem`."""

    @wraps(route)
    @with_message
    def answered() -> flask.Response:
        try:
            return answer(route(_query()))
        except _SHOWN_AS_PROBLEM as error:
            reason = error.reason.code if isinstance(error, NotShown) else None
            return answer({**problem(error), "code": error.code, "reason": reason})

    return answered


def _query() -> FileQuery:
    try:
        return FileQuery.model_validate(flask.request.args.to_dict())
    except ValidationError as error:
        raise ContractMisfit(misfits_of(error)) from error
