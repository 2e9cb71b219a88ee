"""/api/alerts: current and sent alerts; mutes."""

from flask import Blueprint, request

from api.edge.identity import user_of
from domain.alerts.alert import Mute
from domain.alerts.alert_list import AlertList, MuteRequest
from domain.errors import ServiceUnavailable
from domain.errors.alerts.mutes import MutesFull, NoSuchMute
from services.alerts.team_alerts import alerts_failure
from services.connect import Services
from serving.operations.failures import AS_OF, WRITING
from serving.operations.headers import as_of
from serving.operations.operation import WithHeaders, operation


def blueprint(services: Services) -> Blueprint:
    """Returns the routes of the alerts of `services`."""
    routes = Blueprint("alerts", __name__, url_prefix="/alerts")

    @routes.get("")
    @operation(ServiceUnavailable, headers=AS_OF)
    def all_alerts() -> WithHeaders[AlertList]:
        """Returns current alerts, sent alerts, and mutes."""
        known = services.alerts.view(services.settings.patience_seconds)
        if known.alerts is None:
            raise alerts_failure(known)
        return WithHeaders(known.alerts, as_of(known.as_of))

    @routes.post("/mutes")
    @operation(MutesFull, *WRITING, status=201)
    def mute(body: MuteRequest) -> Mute:
        """Mutes alerts for a while."""
        return services.alerts.mute(body, user_of(request, services.settings))

    @routes.delete("/mutes/<mute_id>")
    @operation(NoSuchMute, *WRITING, status=204)
    def unmute(mute_id: str) -> None:
        """Ends a mute early."""
        services.alerts.unmute(mute_id)

    return routes
