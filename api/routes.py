"""The whole API as one blueprint."""

from flask import Blueprint, Flask
from werkzeug.routing import Rule

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
from services.connect import Services
from serving.operations.operation import check_declared


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
    check_declared(server, is_public)


def is_public(rule: Rule) -> bool:
    """Returns whether a route is for programs; all others belong to the pages."""
    return rule.rule.startswith(("/api/", "/health"))
