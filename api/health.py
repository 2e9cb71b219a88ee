"""GET /health: is this process alive? Asks nobody else. GET /api/health: how are those it depends on?"""

from flask import Blueprint

from domain.health import Alive
from operations.operation import operation
from services.connect import Services
from services.health.dependency_health import Health

blueprint = Blueprint("health", __name__)


# The model server's contract has the same route with the same body.
@blueprint.get("/health")
@operation()
def health() -> Alive:
    """Says that this process answers."""
    return Alive(status="healthy")


def dependencies(services: Services) -> Blueprint:
    """Makes /api/health, always 200: what is wrong is in the body, and a restart of Clew would mend none of it."""
    routes = Blueprint("dependencies", __name__)

    @routes.get("/health")
    @operation()
    def dependency_health() -> Health:
        """Tells how those are that Clew depends on; always 200."""
        return services.health_checks.now()

    return routes
