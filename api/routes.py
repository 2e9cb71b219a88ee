"""All that machines can ask of Clew, as one blueprint."""

from flask import Blueprint, Flask

import api.alerts.routes
import api.artifacts
import api.errors
import api.facts.routes
import api.fleet.usage
import api.health
import api.metrics
import api.models
import api.run_changes.routes
import api.run_lists.routes
import api.runs
import api.trainings
import api.views
from api.operations.operation import operation_of
from services.connect import Services


def register(server: Flask, services: Services) -> None:
    """Adds /api and /health to `server`, and makes their errors JSON."""
    api.errors.register(server)
    server.register_blueprint(api.health.blueprint)
    root = Blueprint(api.errors.BLUEPRINT, __name__, url_prefix="/api")
    of_runs = (api.run_lists.routes, api.runs, api.facts.routes, api.run_changes.routes, api.metrics, api.artifacts)
    parts = (api.models, *of_runs, api.views, api.trainings, api.alerts.routes, api.fleet.usage)
    for part in (*(one.blueprint for one in parts), api.health.dependencies):
        root.register_blueprint(part(services))
    server.register_blueprint(root)
    check_declared(server)


def check_declared(server: Flask) -> None:
    """Raises a TypeError where a route of the API says nothing of what it takes, answers and refuses."""
    views = {rule.rule: server.view_functions[rule.endpoint] for rule in server.url_map.iter_rules()}
    bare = [
        path for path, view in views.items() if path.startswith(("/api/", "/health")) and operation_of(view) is None
    ]
    if bare:
        raise TypeError(f"these routes declare no operation: {', '.join(bare)}")
