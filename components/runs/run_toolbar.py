"""What stands above the run list: filters, columns and the Compare button."""

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import html

from components import ids
from components.tables import Column
from components.texts.language import _

# The filters' value for "all"; an empty one would be drawn as no choice at all.
EVERYTHING = "*"
# These columns come by themselves, with the first run that has something in them.
_OF_THEMSELVES = ("sample", "nested", "remarks")


def toolbar(
    experiment: str | None, columns: Sequence[Column], hidden: Sequence[str], *, together: bool = False
) -> html.Div:
    """Filters, columns, whether nested runs stand `together`, and the Compare button."""
    return html.Div(
        [
            _choice(ids.EXPERIMENT, _("Experiment"), _("All experiments"), experiment),
            _choice(ids.ALGORITHM, _("Algorithm"), _("All algorithms"), None),
            _column_menu(columns, hidden),
            html.Div(
                dbc.Switch(id=ids.TOGETHER, label=_("Children below their parent"), value=together, class_name="mb-0"),
                id=ids.TOGETHER_PLACE,
                hidden=True,
            ),
            html.Div(
                [
                    dbc.Button(_("Clear"), id=ids.CLEAR, color="link", disabled=True),
                    dbc.Button(_("Compare"), id=ids.COMPARE, color="primary", disabled=True),
                ],
                className="ms-auto d-flex gap-2 align-items-end",
            ),
        ],
        className="d-flex flex-wrap gap-3 align-items-end mb-2",
    )


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


def _column_menu(known: Sequence[Column], hidden: Sequence[str]) -> dbc.DropdownMenu:
    shown = [column.key for column in known if column.key not in hidden]
    return dbc.DropdownMenu(
        # Not dcc's: its options are list items with checkboxes in them, which is two controls to a screen reader.
        dbc.Checklist(
            id=ids.COLUMNS,
            options=[
                {"label": column.name, "value": column.key} for column in known if column.key not in _OF_THEMSELVES
            ],
            value=shown,
            class_name="px-3 column-menu",
        ),
        label=_("Columns"),
        color="light",
    )
