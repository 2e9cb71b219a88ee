"""The toolbar above the run list: filters, columns, bulk selection, and the Compare button."""

import dash_bootstrap_components as dbc
from dash import html

from components import ids
from components.run_changes.section import list_menu, trash_link
from components.runs import column_menu
from components.texts.language import _
from domain.run_table.list_address import ListAddress

# The filters' value for "all"; an empty one would be drawn as no choice at all.
EVERYTHING = "*"


def toolbar(address: ListAddress) -> html.Div:
    """Draws filters, columns, the switch that groups nested runs, bulk selection, CSV, and the Compare button."""
    return html.Div(
        [
            _choice(ids.EXPERIMENT, _("Experiment"), _("All experiments"), address.experiment),
            _choice(ids.ALGORITHM, _("Algorithm"), _("All algorithms"), address.algorithm),
            column_menu.button(),
            html.Button(_("CSV"), id=ids.LIST_CSV, type="button", className="btn btn-light"),
            html.Div(
                dbc.Switch(
                    id=ids.TOGETHER, label=_("Children below their parent"), value=address.together, class_name="mb-0"
                ),
                id=ids.TOGETHER_PLACE,
                hidden=True,
            ),
            html.Div(
                dbc.Switch(id=ids.ARCHIVED, label=_("Show archived"), value=address.archived, class_name="mb-0"),
                id=ids.ARCHIVED_PLACE,
                hidden=True,
            ),
            html.Div(
                [
                    trash_link(),
                    list_menu(),
                    _selecting(),
                    dbc.Button(_("Clear"), id=ids.CLEAR, color="link", disabled=True),
                    dbc.Button(_("Compare"), id=ids.COMPARE, color="primary", disabled=True),
                ],
                className="controls-end",
            ),
            html.Span(id=ids.COLUMNS_STATUS, role="status", className="visually-hidden"),
            html.Span(id=ids.SELECTION_STATUS, role="status", className="small text-body-secondary w-100 text-end"),
        ],
        className="controls",
    )


def _selecting() -> dbc.DropdownMenu:
    """Returns the menu of bulk selection; assets/run_selection.js adds how many runs each option selects."""
    return dbc.DropdownMenu(
        [
            dbc.DropdownMenuItem(_("All that match the filters"), id=ids.SELECT_ALL),
            dbc.DropdownMenuItem(_("This page"), id=ids.SELECT_PAGE),
        ],
        id=ids.SELECT,
        label=_("Select"),
        color="light",
        align_end=True,
    )


def selection_texts() -> dict[str, str]:
    """Returns the texts of assets/run_selection.js; {n} and {most} are numbers."""
    return {
        "all": _("All {n} that match the filters"),
        "page": _("This page ({n})"),
        "failed": _("The runs could not be selected: {cause}"),
        "most_compared": _("A comparison draws the first {most} of them."),
    }


def _choice(component_id: str, label: str, everything: str, value: str | None) -> html.Div:
    options = [{"label": everything, "value": EVERYTHING}]
    if value:
        options.append({"label": value, "value": value})
    return html.Div(
        [
            dbc.Label(label, html_for=component_id, class_name="small mb-0"),
            dbc.Select(id=component_id, options=options, value=value or EVERYTHING, class_name="choice"),
        ]
    )
