"""The head of a section that is fed by a WebSocket: its title, the state of the connection, and errors."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components.texts.language import _


def line_head(title: Any, badge_id: str, since_id: str) -> html.Div:
    """Returns the title with the state of its connection; assets/live_sockets.js updates it."""
    return html.Div(
        [
            title,
            html.Div(
                html.Span(_("connecting"), id=badge_id, className="badge text-bg-secondary"), **{"aria-live": "polite"}
            ),
            html.Span(id=since_id, className="small text-body-secondary"),
        ],
        className="d-flex flex-wrap gap-2 align-items-center mb-2",
    )


def line_notice(notice_id: str) -> html.Div:
    """Returns the place for an error of the connection; empty while there is none."""
    alert = dbc.Alert(id=notice_id, color="warning", is_open=False, class_name="py-2")
    return html.Div(alert, **{"aria-live": "polite"})


def line_states() -> dict[str, str]:
    """Returns the displayed names of the states of a connection."""
    return {
        "connecting": _("connecting"),
        "connected": _("connected"),
        "reconnecting": _("reconnecting"),
        "disconnected": _("disconnected"),
    }
