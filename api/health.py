"""GET /health: whether this process is alive, without calls to others.

GET /api/health: the state of its dependencies.
"""

from flask import Blueprint

from domain.health import Alive
from services.connect import Services
from services.health.dependency_health import Health
from serving.operations.operation import operation

blueprint = Blueprint("health", __name__)


# The model server's contract has the same route with the same body.
@blueprint.get("/health")
@operation()
def health() -> Alive:
    """Returns a response if this process works."""
    return Alive(status="healthy")


def dependencies(services: Services) -> Blueprint:
    """Makes /api/health, always 200: failures are in the body, since a restart of Clew would fix none of them."""
    routes = Blueprint("dependencies", __name__)

    @routes.get("/health")
    @operation()
    def dependency_health() -> Health:
        """Returns the state of the services that Clew depends on; always 200."""
        return services.health_checks.now()

    return routes
