"""The tables of all pages, based on Dash's DataTable; assets/tables.js is their counterpart in the browser.

assets/table_access.js adds what DataTable lacks for keyboards and screen readers, with the texts given here. Filters
use our own grammar, domain/filters, in our own input boxes, assets/table_filters.js.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from dash import dash_table, html
from dash.dash_table.Format import Format, Group, Scheme

from components import ids
from components.texts.language import _
from components.texts.outcomes import no_value
from components.texts.translate import templates
from components.texts.words import MISSING
from domain.errors.run_lists.filters import FilterMisunderstood

Kind = Literal["text", "numeric", "datetime", "link"]


class Column(NamedTuple):
    """One column: its key in the rows, its heading, its kind.

    A number's decimals, and whether thousands are separated.
    """

    key: str
    name: str
    kind: Kind = "text"
    decimals: int | None = None
    grouped: bool = True


def native_table(
    component_id: str,
    columns: Sequence[Column],
    *,
    label: str,
    named_by: Sequence[str],
    page_size: int,
    hidden: Sequence[str] = (),
    styles: Sequence[dict[str, Any]] = (),
    selectable: Literal["single", "multi"] | None = "multi",
    sorting: Sequence[dict[str, str]] = (),
    typed: Mapping[str, str] | None = None,
    sorts_itself: bool = True,
) -> html.Div:
    """Returns a table called `label` that sorts, filters and pages in the browser; the page fills in the rows.

    The columns in `named_by` tell a screen reader which row a checkbox belongs to. `sorting`, and `typed`, the filter
    texts by column, are the initial state. Unless it `sorts_itself`, the page's script sorts the rows.
    """
    table = _table(component_id, columns, page_size, hidden, styles, selectable)
    table.sort_action = "native" if sorts_itself else "custom"
    table.sort_by = list(sorting)
    texts = {"table": component_id, "typed": json.dumps(typed or {})} | _data_names(named_by)
    data = {f"data-{name}": text for name, text in texts.items()}
    misfits = html.Div(id=ids.filter_misfits(component_id), role="status", className="visually-hidden")
    return html.Div(
        [misfits, table], className="table-frame", role="region", tabIndex=0, **{"aria-label": label}, **data
    )


def rows_shown(component_id: str) -> html.Span:
    """Returns the place of the number of visible rows, shown if it differs from the page's own count."""
    return html.Span(id=ids.rows_shown(component_id), role="status", className="text-body-secondary small")


def _data_names(named_by: Sequence[str]) -> dict[str, str]:
    """Returns the names of the table's controls for assets/table_access.js; {name} is a column's or a row's."""
    return {
        "named-by": ",".join(named_by),
        "choose": _("Choose {name}"),
        "sort": _("Sort by {name}"),
        "filter": _("Filter by {name}"),
        "placeholder": _("filter…"),
        "filter-texts": json.dumps(_filter_texts()),
        "first-page": _("First page"),
        "previous-page": _("Previous page"),
        "current-page": _("Page"),
        "next-page": _("Next page"),
        "last-page": _("Last page"),
    }


def _filter_texts() -> dict[str, Any]:
    """Returns the messages of assets/table_filters.js about invalid filters."""
    codes = templates(kind.code for kind in FilterMisunderstood.__subclasses__())
    return {"codes": codes, "not_applied": _("This filter is not applied.")}


def _table(
    component_id: str,
    columns: Sequence[Column],
    page_size: int,
    hidden: Sequence[str],
    styles: Sequence[dict[str, Any]],
    selectable: Literal["single", "multi"] | None,
) -> dash_table.DataTable:
    """Returns a table whose `persistence` is off.

    Persistence stores row indices, and inside an iframe without storage nothing would render.
    """
    return dash_table.DataTable(
        id=component_id,
        columns=[column_spec(column) for column in columns],
        data=[],
        hidden_columns=list(hidden),
        row_selectable=selectable or False,
        selected_rows=[],
        selected_row_ids=[],
        sort_action="native",
        sort_mode="multi",
        filter_action="native",
        page_action="native",
        page_size=page_size,
        cell_selectable=True,
        markdown_options={"link_target": "_self", "html": False},
        tooltip_delay=300,
        tooltip_duration=None,
        style_as_list_view=True,
        style_cell_conditional=[
            {"if": {"column_type": kind}, "textAlign": "right" if kind == "numeric" else "left"}
            for kind in ("text", "datetime", "numeric")
        ],
        style_data_conditional=list(styles),
        css=[{"selector": ".show-hide", "rule": "display: none"}],
    )


def column_spec(column: Column) -> dict[str, Any]:
    """Returns a column in DataTable's format."""
    spec: dict[str, Any] = {"id": column.key, "name": column.name}
    if column.kind == "link":
        return spec | {"type": "text", "presentation": "markdown"}
    if column.kind == "numeric":
        return spec | {"type": "numeric", "format": _format(column), "sort_as_null": list(no_value())}
    if column.kind == "datetime":
        return spec | {"type": "datetime"}
    return spec | {"type": "text", "sort_as_null": [MISSING]}


def _format(column: Column) -> Format:
    if column.decimals is None:
        return Format(precision=4, scheme=Scheme.decimal_or_exponent)
    apart = Group.yes if column.grouped and column.decimals == 0 else Group.no
    return Format(precision=column.decimals, scheme=Scheme.fixed, group=apart)
