"""`POST /changes`: activating, trying, deleting, restoring a model, and undo; assets/changes.js sends it from any
page.

It is no Dash callback: Dash drops the answer if the reader asks again or leaves the page, and reports no lost
connection. Here each request has an id, and asking again with it returns the result.
"""

from typing import Any

import dash
import flask
from pydantic import ValidationError

from callbacks.access import writer
from callbacks.wire import content
from components.inference.inference_controls import NONE
from components.links import href
from components.models import model_change
from domain.addresses import without_credentials
from domain.errors import ClewError
from domain.errors.misfits import misfits_of
from domain.errors.requests import ContractMisfit
from domain.registry.changes import ChangeRequest
from domain.registry.model_ids import name_in
from services.connect import Services

PATH = "/changes"
_MAX_BYTES = 2**14


def register(app: dash.Dash, services: Services) -> None:
    """Adds the route to the server of `app`."""
    server: flask.Flask = app.server

    @server.post(PATH)
    def change() -> dict[str, Any]:
        """Returns the result of a request; with `?again=1` it starts nothing."""
        request = _request()
        try:
            by = writer(services)
        except ClewError as error:
            return model_change.refused(error)
        patience, again = services.settings.patience_seconds, "again" in flask.request.args
        result = services.changes.answer(request, by, again=again, wait_seconds=patience)
        return model_change.answer(request, result, _inference(services, request.model_id))


def _request() -> ChangeRequest:
    """Returns the request; raises `RequestRefused`, or as `content`."""
    try:
        return ChangeRequest.model_validate_json(content(_MAX_BYTES))
    except ValidationError as error:
        raise ContractMisfit(misfits_of(error)) from error


def _inference(services: Services, model_id: str) -> str:
    """Returns the address where an active model can be tried.

    The page shows the first registered model's unless another is named.
    """
    elsewhere = services.settings.inference_ui_url
    if elsewhere is not None:
        return without_credentials(str(elsewhere))
    # The ids of a model server have no format of ours.
    name = name_in(model_id) if services.settings.model_server_url is None else None
    return href("/inference", play="1", **({} if name is None else {"model": f"{NONE}{name}"}))
