"""/api/alerts: what the watcher told and what holds now; mutes."""

from flask import Blueprint, Response, request

from api.edge.identity import user_of
from api.wire import answer, body_as
from domain.alerts.alert import Mute
from domain.alerts.alert_list import AlertList, MuteRequest
from services.alerts.team_alerts import alerts_failure
from services.connect import Services


def blueprint(services: Services) -> Blueprint:
    """The routes of the alerts of `services`."""
    routes = Blueprint("alerts", __name__, url_prefix="/alerts")

    @routes.get("")
    def all_alerts() -> Response:
        known = services.alerts.view(services.settings.patience_seconds)
        if known.alerts is None:
            raise alerts_failure(known)
        response = answer(AlertList, known.alerts)
        if known.as_of is not None:
            response.headers["X-As-Of"] = known.as_of.isoformat()
        return response

    @routes.post("/mutes")
    def mute() -> Response:
        made = services.alerts.mute(body_as(MuteRequest), user_of(request, services.settings))
        return answer(Mute, made, 201)

    @routes.delete("/mutes/<mute_id>")
    def unmute(mute_id: str) -> Response:
        services.alerts.unmute(mute_id)
        return Response(status=204)

    return routes
