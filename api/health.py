"""GET /health: is this process alive? Asks nobody else."""

from flask import Blueprint

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> dict[str, str]:
    """The model server's contract has the same route with the same body."""
    return {"status": "healthy"}
