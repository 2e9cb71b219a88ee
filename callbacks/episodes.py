"""`POST /episodes`: stores a watched episode with its model's run."""

import dash
import flask

from callbacks.wire import answer, body_as, with_message
from domain.inference.saved_episodes import EpisodeRequest
from services.connect import Services
from services.identity import working_person, writing_person

_MAX_BYTES = 2**12


def register(app: dash.Dash, services: Services) -> None:
    """Adds the route to the server of `app`."""
    server: flask.Flask = app.server

    @server.post("/episodes")
    @with_message
    def save() -> flask.Response:
        request, settings = flask.request, services.settings
        body = body_as(EpisodeRequest, _MAX_BYTES)
        writing_person(request.headers, request.remote_addr, settings)
        requester = working_person(request.headers, request.remote_addr, settings)
        saved = services.episodes.save(body, requester)
        return answer(saved.model_dump())
