"""`/views` and `/links`: the named views and the short addresses, for assets/views.js and addresses.js.

They are no Dash callbacks: Dash drops answers to a page that the reader left, and reports no lost connection.
"""

from typing import Any, TypeVar

import dash
import flask
from pydantic import BaseModel, ValidationError

from callbacks.access import writer
from callbacks.wire import content
from components.views import view_list
from domain.errors import ClewError
from domain.errors.misfits import misfits_of
from domain.errors.requests import ContractMisfit
from domain.views.addresses import SHORT
from domain.views.changes import LinkRequest, ViewRequest
from services.connect import Services

_MAX_BYTES = 2**20
T = TypeVar("T", bound=BaseModel)


def register(app: dash.Dash, services: Services) -> None:
    """Adds the routes to the server of `app`."""
    server: flask.Flask = app.server
    patience = services.settings.patience_seconds

    @server.get("/views")
    def views() -> dict[str, Any]:
        known = services.views.store.fresh(patience)
        return view_list.list_json(known.views, None if known.failure is None else known.failure.whole)

    @server.post("/views")
    def change_view() -> dict[str, Any]:
        request = _request(ViewRequest)
        try:
            by = writer(services)
        except ClewError as error:
            return view_list.refused(error)
        return view_list.answer(request, services.views.changes.make(request, by))

    @server.post("/links")
    def shorten() -> dict[str, Any]:
        request = _request(LinkRequest)
        try:
            writer(services)
            return {SHORT: services.views.addresses.keep(request.query)}
        except ClewError as error:
            return view_list.no_short_form(error)


def _request(shape: type[T]) -> T:
    """Returns the request's body; raises `RequestRefused`, or as `content`."""
    try:
        return shape.model_validate_json(content(_MAX_BYTES))
    except ValidationError as error:
        raise ContractMisfit(misfits_of(error)) from error
