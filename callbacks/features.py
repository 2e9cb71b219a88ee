"""The features of the dashboard: each registers its callbacks and routes on the app."""

from dash import Dash

import callbacks.alerts
import callbacks.artifacts.routes
import callbacks.charts.figures
import callbacks.charts.metrics
import callbacks.charts.metrics_table
import callbacks.charts.points
import callbacks.episodes
import callbacks.evaluation
import callbacks.facts.changes
import callbacks.facts.parts
import callbacks.facts.report
import callbacks.fleet.history
import callbacks.front
import callbacks.gpus
import callbacks.inference
import callbacks.models.model_change
import callbacks.models.model_detail
import callbacks.models.model_list
import callbacks.run_changes.pages
import callbacks.run_changes.routes
import callbacks.runs.comparison
import callbacks.runs.grouping
import callbacks.runs.relations
import callbacks.runs.run_detail
import callbacks.runs.run_list
import callbacks.runs.run_rows
import callbacks.runs.tool_reading
import callbacks.trainings.changes
import callbacks.trainings.form
import callbacks.trainings.lists
import callbacks.trainings.one
import callbacks.trainings.pages
import callbacks.views
from services.connect import Services

FEATURES = (
    callbacks.front,
    callbacks.alerts,
    callbacks.artifacts.routes,
    callbacks.charts.figures,
    callbacks.charts.metrics,
    callbacks.charts.metrics_table,
    callbacks.charts.points,
    callbacks.run_changes.pages,
    callbacks.run_changes.routes,
    callbacks.runs.run_list,
    callbacks.runs.run_rows,
    callbacks.runs.comparison,
    callbacks.runs.grouping,
    callbacks.runs.relations,
    callbacks.runs.run_detail,
    callbacks.facts.parts,
    callbacks.facts.changes,
    callbacks.facts.report,
    callbacks.runs.tool_reading,
    callbacks.views,
    callbacks.models.model_list,
    callbacks.models.model_detail,
    callbacks.models.model_change,
    callbacks.gpus,
    callbacks.fleet.history,
    callbacks.inference,
    callbacks.episodes,
    callbacks.evaluation,
    callbacks.trainings.form,
    callbacks.trainings.changes,
    callbacks.trainings.lists,
    callbacks.trainings.one,
    callbacks.trainings.pages,
)


def register(app: Dash, services: Services) -> None:
    """Registers the callbacks and routes of every feature on `app`."""
    for feature in FEATURES:
        feature.register(app, services)
