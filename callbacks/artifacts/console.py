"""`/artifacts/console`: the last console lines of a failed run, from its training's log or from one of its files."""

from typing import Any

import dash
import flask

from callbacks.artifacts.files import FileQuery, json_route
from components.links import training_href
from domain.errors import NotFound, ServiceError
from domain.trainings.tags import LOG_TAIL, REQUEST
from services.artifacts.console import LINES, log_tail
from services.connect import Services


def register(app: dash.Dash, services: Services) -> None:
    """Adds the route to the server of `app`."""
    server: flask.Flask = app.server

    @server.get("/artifacts/console")
    @json_route
    def artifact_console(query: FileQuery) -> dict[str, Any]:
        """Returns the last lines, none if no console output is known.

        `href` leads to the training, `path` is the file.
        """
        found = _of_training(services, query.run)
        if found is not None:
            return {"lines": found, "href": training_href(query.run), "path": None}
        words = log_tail(services.artifacts, query.run)
        return {"lines": [], "path": None} if words is None else words._asdict()


def _of_training(services: Services, run_id: str) -> list[str] | None:
    run = services.runs.view_with([run_id], services.settings.patience_seconds).get(run_id)
    if run is None or REQUEST not in run.tags:
        return None
    try:
        return services.scheduler.log(run_id, None, LINES).lines[-LINES:]
    except (NotFound, ServiceError):  # another host's, or unreachable: the run's artifacts may hold the console output
        tail = run.tags.get(LOG_TAIL, "").splitlines()[-LINES:]
        return tail or None
