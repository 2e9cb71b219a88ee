"""/api/views: the named views of the team."""

from typing import Final

from flask import Blueprint

from api.shapes import ViewRow
from domain.errors import ServiceUnavailable
from domain.errors.services import UnavailableBecause
from domain.errors.views.records import ViewsNotRead
from services.connect import Services
from serving.operations.failures import AS_OF
from serving.operations.headers import as_of, bad_rows
from serving.operations.operation import WithHeaders, operation

_HEADERS: Final = AS_OF | {
    "X-Bad-Rows": "The number of entries that are left out because they are not valid views; absent if none."
}


def blueprint(services: Services) -> Blueprint:
    """Returns the routes of the views in `services`."""
    routes = Blueprint("views", __name__, url_prefix="/views")

    @routes.get("")
    @operation(ViewsNotRead, ServiceUnavailable, headers=_HEADERS)
    def all_views() -> WithHeaders[list[ViewRow]]:
        """Lists the named views, by name."""
        known = services.views.store.fresh(services.settings.patience_seconds)
        if known.views is None:
            if known.failure is None:
                raise ViewsNotRead(services.views.store.service)
            raise UnavailableBecause(known.failure.service_name, known.failure.error)
        rows = [ViewRow.of(view, known.views) for view in known.views.views]
        return WithHeaders(rows, as_of(known.as_of) | bad_rows(known.views.bad_rows))

    return routes
