"""Small badges next to a name."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components.texts import words
from components.texts.language import _
from domain.registry.models import ModelState
from domain.run_changes.marks import Mark
from domain.tracking.runs import RunStatus

COLOURS = {
    RunStatus.RUNNING: "primary",
    RunStatus.SCHEDULED: "secondary",
    RunStatus.FINISHED: "success",
    RunStatus.FAILED: "danger",
    RunStatus.KILLED: "warning",
}


def status_badge(status: RunStatus) -> dbc.Badge:
    """Returns a badge with the run's state."""
    return dbc.Badge(words.status_name(status), color=COLOURS[status], class_name=f"status-{status.lower()}")


def silence_badge(minutes: int) -> dbc.Badge:
    """Draws for how long a run with the status "running" has logged nothing."""
    return dbc.Badge(words.silence(minutes), color="warning", text_color="dark")


def model_badge(state: ModelState) -> dbc.Badge:
    """Returns a badge with a model's state; the active one stands out."""
    colour = {ModelState.ACTIVE: "success", ModelState.INACTIVE: "secondary", ModelState.DELETED: "danger"}[state]
    return dbc.Badge(words.model_state(state), color=colour, class_name=f"model-{state}")


def diverged_badge() -> dbc.Badge:
    """Marks a run with a metric that ended in NaN or infinity."""
    return dbc.Badge(_("diverged"), color="danger", class_name="diverged ms-1")


def mark_badge(mark: Mark) -> dbc.Badge:
    """Returns a badge with the mark of a run."""
    colour = {Mark.BASELINE: "warning", Mark.ARCHIVED: "secondary"}[mark]
    text = {"text_color": "dark"} if mark is Mark.BASELINE else {}
    return dbc.Badge(words.mark_name(mark), color=colour, class_name="ms-2", **text)


def sample_badge() -> dbc.Badge:
    """Marks Clew's own sample data."""
    return dbc.Badge(_("sample"), color="info", text_color="dark", class_name="ms-2")


def with_reason(badge: Any, reason: str) -> html.Details:
    """Returns a badge that shows its reason when pressed: a tooltip would work with a mouse only."""
    return html.Details([html.Summary(badge), html.P(reason)], className="tile-why")
