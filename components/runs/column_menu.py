"""The columns of the run list: their headings, and the dialog in which they are chosen.

assets/column_menu.js fills the dialog with the answer of `GET /runs/columns`.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal
from urllib.parse import quote

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import ids
from components.tables import Column, column_spec
from components.texts.language import _
from domain.filters.grammar import Kind
from domain.run_table.column_refs import ColumnRef
from domain.run_table.list_address import GREATEST_WIDTH, MIN_WIDTH, ListAddress

_TYPES: Final[tuple[Literal["text", "numeric", "datetime"], ...]] = ("text", "numeric", "datetime")


def column_id(ref: ColumnRef) -> str:
    """Returns a column's id inside the DataTable, as assets/run_columns.js derives it from the reference."""
    return quote(str(ref), safe="")


def names() -> dict[str, str]:
    """Returns templates of column headings by kind; {key} is the key that the run logged."""
    return {
        "param": "{key}",
        "metric": "{key}",
        "least": _("{key} (minimum)"),
        "greatest": _("{key} (maximum)"),
        "tag": _("{key} (tag)"),
    }


def columns_of(refs: Sequence[ColumnRef], built_in: Sequence[Column]) -> list[Column]:
    """Returns the columns of the table; the type of a parameter reaches the browser with the rows."""
    known = {column.key: column for column in built_in}
    return [known["details"], *(_column(ref, known) for ref in refs)]


def _column(ref: ColumnRef, known: dict[str, Column]) -> Column:
    if ref.kind == "built_in":
        return known[ref.key]
    kind = "numeric" if ref.kind in ("metric", "least", "greatest") else "text"
    return Column(column_id(ref), names()[ref.kind].replace("{key}", ref.key), kind)  # type: ignore[arg-type]


def stores(address: ListAddress, built_in: Sequence[Column], usual: Sequence[str]) -> list[dcc.Store]:
    """Returns the stores of assets/run_columns.js.

    All columns, and those that the address chooses, with their widths.
    """
    chosen = [str(ref) for ref in address.columns] or list(usual)
    known = {
        "built_in": {column.key: column_spec(column) for column in built_in},
        "of_type": _specs(),
        "names": names(),
        "usual": list(usual),
        "least_width": MIN_WIDTH,
        "greatest_width": GREATEST_WIDTH,
    }
    return [
        dcc.Store(id=ids.COLUMNS, data=chosen),
        dcc.Store(id=ids.COLUMN_WIDTHS, data={str(ref): px for ref, px in address.widths.items()}),
        dcc.Store(id=ids.KNOWN_COLUMNS, data=known),
    ]


def _specs() -> dict[Kind, dict[str, Any]]:
    """Returns DataTable's types; columns of numbers that contain some texts count as numeric."""
    text, numeric, moment = (column_spec(Column("", "", kind)) for kind in _TYPES)
    return {"text": text, "numeric": numeric, "mixed": numeric, "datetime": moment}


def button() -> html.Button:
    """Returns the button that opens the dialog."""
    return html.Button(
        _("Columns"), id=ids.COLUMNS_OPEN, type="button", className="btn btn-light", **{"aria-haspopup": "dialog"}
    )


def dialog() -> html.Dialog:
    """Returns the dialog: the visible columns in their order, and those that can be added."""
    return html.Dialog(
        [
            html.Div(
                [
                    html.H2(_("Columns"), id=ids.COLUMN_MENU_TITLE, className="h5 mb-0"),
                    html.Button(type="button", className="btn-close column-menu-close"),
                ],
                className="d-flex justify-content-between align-items-center mb-2",
            ),
            html.Div([_on_show(), _to_find()], className="column-menu-parts"),
        ],
        id=ids.COLUMN_MENU,
        className="column-menu",
        **{"aria-labelledby": ids.COLUMN_MENU_TITLE},
    )


def _on_show() -> html.Section:
    usual = html.Button(_("Default columns"), type="button", className="btn btn-sm btn-link p-0 columns-usual")
    return html.Section(
        [
            html.H3(_("Shown, in this order"), className="h6"),
            html.Ol(id=ids.COLUMNS_CHOSEN, className="list-unstyled mb-2"),
            usual,
        ],
        **{"aria-label": _("Shown, in this order")},
    )


def _to_find() -> html.Section:
    return html.Section(
        [
            dbc.Label(_("Find a column"), html_for=ids.COLUMN_SEARCH, class_name="h6"),
            dbc.Input(id=ids.COLUMN_SEARCH, type="search", value="", autocomplete="off"),
            html.Div(id=ids.COLUMNS_FOUND, role="status", className="small text-body-secondary my-1"),
            html.Div(id=ids.COLUMN_GROUPS, className="column-groups"),
        ]
    )


def menu_texts() -> dict[str, Any]:
    """Returns the texts of assets/column_menu.js; {n} and {total} are numbers."""
    return {
        "groups": {
            "built_in": _("For every run"),
            "param": _("Parameters"),
            "metric": _("Metrics"),
            "tag": _("Tags"),
        },
        "extremes": {"metric": _("last"), "least": _("minimum"), "greatest": _("maximum")},
        "run": _("in 1 run"),
        "runs": _("in {n} runs"),
        "of": _("{n} of {total}"),
        "all": _("{n} columns"),
        "found": _("{n} of {total} columns match"),
        "more": _("Show more ({n})"),
        "up": _("Earlier"),
        "down": _("Later"),
        "hide": _("Hide"),
        "of_itself": _("Appears automatically if a run has a value for it"),
        "reading": _("Reading the columns…"),
        "failed": _("The columns could not be read: {cause}"),
        "retry": _("Retry"),
    }
