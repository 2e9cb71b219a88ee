"""The places where runs are changed: a run's own section, the menu above the list, the trash.

Assets/run_*.js fill them.
"""

import json
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids
from components.links import href
from components.permissions import disabled_unless_allowed, reason
from components.run_changes.texts import texts
from components.texts.language import _
from domain.access.rules import Access


def run_section() -> html.Section:
    """Returns a run's note, marks, tags, name, and the history of its changes."""
    return html.Section(
        id=ids.RUN_EDITS, className="run-edits", **{"aria-label": _("Note and changes"), "data-texts": _texts()}
    )


def list_menu() -> html.Div:
    """Returns the menu of actions for the selected runs."""
    items = [
        (ids.RUNS_CHANGE_EDIT, _("Name, note, tags…")),
        (ids.RUNS_CHANGE_BASELINE, _("Mark as baseline")),
        (ids.RUNS_CHANGE_NO_BASELINE, _("No longer baseline")),
        (ids.RUNS_CHANGE_ARCHIVE, _("Archive")),
        (ids.RUNS_CHANGE_NO_ARCHIVE, _("Unarchive")),
        (ids.RUNS_CHANGE_DELETE, _("Delete…")),
    ]
    menu = dbc.DropdownMenu(
        [dbc.DropdownMenuItem(text, id=item) for item, text in items],
        id=ids.RUNS_CHANGE,
        label=_("Change"),
        color="light",
        align_end=True,
        disabled=True,
    )
    return html.Div(
        disabled_unless_allowed(Access.WRITE, [menu], ids.refused("runs"), None),
        id=ids.RUNS_CHANGE_PLACE,
        **{"data-texts": _texts()},
    )


def refusal() -> html.P | None:
    """Returns why the runs cannot be changed; None if they can."""
    return reason(Access.WRITE, ids.refused("runs"))


def trash_link() -> html.A:
    """Returns the link to the trash."""
    return html.A(_("Trash"), href=href("/mlflow/trash"), className="btn btn-light")


def trash() -> html.Div:
    """Returns the table of the trash."""
    headings = (_("Name"), _("Experiment"), _("Deleted"), _("By"), _("Models made from it"))
    # The first column has the checkboxes, the last one the buttons.
    header = [html.Td(), *(html.Th(text, scope="col") for text in headings), html.Td()]
    restore_ticked = html.Button(
        texts()["restore_ticked"].format(n=0),
        type="button",
        className="btn btn-outline-secondary btn-sm",
        disabled=True,
        **{"data-restores": "ticked"},
    )
    return html.Div(
        [
            html.Div(
                [html.Label([_("Find"), dbc.Input(type="search", size="sm")], className="small"), restore_ticked],
                className="controls",
            ),
            html.P(_("Loading…"), role="status", className="small text-body-secondary"),
            html.Div(
                html.Table(
                    [html.Thead(html.Tr(header)), html.Tbody()],
                    className="table table-sm",
                    hidden=True,
                ),
                className="table-responsive",
            ),
        ],
        id=ids.RUN_TRASH,
        **{"data-texts": _texts()},
    )


def _texts() -> Any:
    return json.dumps(texts())
