"""GET /health: is this process alive? Asks nobody else. GET /api/health: how are those it depends on?"""

from flask import Blueprint, Response

from api.shapes import Alive
from api.wire import answer
from services.connect import Services
from services.health.dependency_health import Health

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> Response:
    """The model server's contract has the same route with the same body."""
    return answer(Alive, Alive(status="healthy"))


def dependencies(services: Services) -> Blueprint:
    """/api/health, always 200: what is wrong is in the body, and a restart of Clew would mend none of it."""
    routes = Blueprint("dependencies", __name__)

    @routes.get("/health")
    def dependency_health() -> Response:
        return answer(Health, services.health_checks.now())

    return routes
