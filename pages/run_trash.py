"""/mlflow/trash: the deleted runs."""

from typing import Any

import dash
from dash import dcc, html

from components import ids
from components.links import href
from components.page_head import page_head
from components.run_changes.section import trash
from components.texts.language import _
from components.ui_settings import UiSettings, page


@page
def layout(_ui: UiSettings, /, **_other: str | list[str]) -> list[Any]:
    """Returns the page."""
    return [
        page_head(_("Trash"), ways=[html.A(_("Show all runs"), href=href("/mlflow"))]),
        html.P(
            _(
                "Deleted runs stay here, complete, until an operator removes them for good. Child runs that were"
                " deleted with their parent are restored with it."
            ),
            className="text-body-secondary",
        ),
        trash(),
        dcc.Store(id=ids.RUN_TRASH_BEGIN, data=True),
        dcc.Store(id=ids.RUN_TRASH_SHOWN),
    ]


dash.register_page(__name__, path="/mlflow/trash", title=lambda **_query: _("Trash · Clew"), order=90, layout=layout)
