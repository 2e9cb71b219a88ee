"""`/artifacts/media`: the pictures and videos of one of the compared runs, by key and step."""

from typing import Any

import dash
import flask

from callbacks.artifacts.files import FileQuery, json_route
from components.colours import line_styles
from domain.artifacts.media_pattern import media_pattern
from domain.errors.records import RunIdMalformed
from domain.tracking.compared import parse_run_ids
from services.artifacts.media import find_media
from services.connect import Services


def register(app: dash.Dash, services: Services) -> None:
    """Adds the route to the server of `app`."""
    server: flask.Flask = app.server

    @server.get("/artifacts/media")
    @json_route
    def artifact_media(query: FileQuery) -> dict[str, Any]:
        """Returns the media of the compared runs in their order, on which a run's colour depends.

        `q` may be a pattern of paths.
        """
        runs, _malformed = parse_run_ids(flask.request.args.get("runs"))
        if query.run not in runs:
            raise RunIdMalformed
        run = services.runs.view_with([query.run], services.settings.patience_seconds).get(query.run)
        found = find_media(services.artifacts, query.run, media_pattern(query.q) if query.q else None)
        files = [[one.key, one.step, one.path, one.kind, one.size_bytes] for one in found.files]
        name = query.run[:8] if run is None else run.name or query.run[:8]
        return {"name": name, "colour": line_styles(runs)[query.run].colour, "files": files, "is_cut": found.is_cut}
