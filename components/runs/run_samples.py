"""The sample data on the runs page: what it is, and how to remove it."""

import dash_bootstrap_components as dbc
from dash import html

from components import ids
from components.permissions import disabled_unless_allowed, reason
from components.texts.language import _
from domain.access.rules import Access


def notice() -> dbc.Alert:
    """Explains the sample runs; dismissing it lasts for this page load, since Clew sets no cookies."""
    return dbc.Alert(
        [
            html.Span(
                _(
                    "The runs marked “sample” come with Clew: real trainings of PPO and DQN in a maze, recorded so"
                    " that you can try out the dashboard. Your own runs appear next to them."
                ),
                className="me-2",
            ),
            disabled_unless_allowed(
                Access.WRITE,
                [dbc.Button(_("Remove sample data"), id=ids.SAMPLE_REMOVE, color="secondary", outline=True, size="sm")],
                ids.refused("samples"),
                "d-inline-block",
            ),
            reason(Access.WRITE, ids.refused("samples")),
        ],
        id=ids.SAMPLE_NOTICE,
        color="info",
        dismissable=True,
        is_open=False,
        className="py-2",
    )


def dialog() -> dbc.Modal:
    """Asks for confirmation before the sample data is deleted."""
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(_("Remove the sample data?"), id=ids.SAMPLE_TITLE, tag="h2")),
            dbc.ModalBody(
                [
                    html.P(_("All runs and models marked “sample” are removed from the lists. Your own are kept.")),
                    html.Div(id=ids.SAMPLE_OUTCOME, role="status"),
                ]
            ),
            dbc.ModalFooter(
                [
                    dbc.Button(_("Cancel"), id=ids.SAMPLE_CANCEL, color="secondary", outline=True),
                    dbc.Button(_("Remove"), id=ids.SAMPLE_CONFIRM, color="danger"),
                ]
            ),
        ],
        id=ids.SAMPLE_DIALOG,
        labelledby=ids.SAMPLE_TITLE,
        is_open=False,
    )
