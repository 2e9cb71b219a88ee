"""/api/views: the named views of the team."""

from flask import Blueprint, Response

from api.shapes import ViewRow
from api.wire import answer
from domain.errors.services import UnavailableBecause
from domain.errors.views.records import ViewsNotRead
from services.connect import Services


def blueprint(services: Services) -> Blueprint:
    """The routes of the views in `services`."""
    routes = Blueprint("views", __name__, url_prefix="/views")

    @routes.get("")
    def all_views() -> Response:
        known = services.views.store.fresh(services.settings.patience_seconds)
        if known.views is None:
            if known.failure is None:
                raise ViewsNotRead(services.views.store.service)
            raise UnavailableBecause(known.failure.service_name, known.failure.error)
        response = answer(list[ViewRow], [ViewRow.of(view, known.views) for view in known.views.views])
        if known.views.bad_rows:
            response.headers["X-Bad-Rows"] = str(len(known.views.bad_rows))
        if known.as_of is not None:
            response.headers["X-As-Of"] = known.as_of.isoformat()
        return response

    return routes
