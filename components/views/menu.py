"""The menu of views: a button, and a panel that assets/views.js fills."""

import json
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids
from components.permissions import disabled_unless_allowed, reason
from components.texts.language import _
from domain.access.rules import Access
from domain.views.changes import ViewVerb
from domain.views.views import LONGEST_NAME


def menu() -> html.Div:
    """Returns the button and its panel."""
    return html.Div(
        [
            html.Button(
                _("Views"),
                id=ids.VIEWS_BUTTON,
                type="button",
                className="btn btn-light dropdown-toggle",
                **{"aria-expanded": "false", "aria-controls": ids.VIEWS_PANEL},
            ),
            html.Div(
                [
                    _heading(),
                    html.P(id=ids.VIEWS_NOTE, className="small text-body-secondary mb-2", role="status"),
                    disabled_unless_allowed(Access.WRITE, [_new_view()], ids.refused("views"), "mb-1"),
                    reason(Access.WRITE, ids.refused("views")),
                    _search(),
                    html.Ul(id=ids.VIEWS_LIST, className="list-unstyled mb-0"),
                ],
                id=ids.VIEWS_PANEL,
                hidden=True,
                role="dialog",
                className="views-panel",
                **{"aria-labelledby": ids.VIEWS_TITLE, "data-texts": json.dumps(texts())},
            ),
        ]
    )


def _heading() -> html.Div:
    return html.Div(
        [
            html.H2(_("Views"), id=ids.VIEWS_TITLE, className="h5 mb-0"),
            html.Button(id=ids.VIEWS_CLOSE, type="button", className="btn-close ms-auto", **{"aria-label": _("Close")}),
        ],
        className="d-flex align-items-center mb-2",
    )


def _new_view() -> html.Div:
    return html.Div(
        [
            html.Div(
                [
                    _label(_("Save what is shown, under this name"), ids.VIEWS_NAME),
                    dbc.Input(id=ids.VIEWS_NAME, maxlength=LONGEST_NAME, autocomplete="off", size="sm"),
                ],
                className="flex-grow-1",
            ),
            html.Button(_("Save"), id=ids.VIEWS_SAVE, type="button", className="btn btn-primary btn-sm"),
            html.Button(
                id=ids.VIEWS_SAVE_CHANGES,
                type="button",
                hidden=True,
                className="btn btn-outline-primary btn-sm text-break",
            ),
        ],
        className="d-flex flex-wrap gap-2 align-items-end",
    )


def _label(text: str, of: str) -> dbc.Label:
    return dbc.Label(text, html_for=of, class_name="small mb-0")


def _search() -> html.Div:
    return html.Div(
        [
            _label(_("Find a view"), ids.VIEWS_SEARCH),
            dbc.Input(id=ids.VIEWS_SEARCH, type="search", autocomplete="off", size="sm"),
        ],
        className="mb-2",
    )


def texts() -> dict[str, Any]:
    """Returns the texts of assets/views.js; {name} is a view's, {experiment} an experiment's."""
    return {
        "header": _("Views"),
        "reading": _("Reading the views…"),
        "none": _("No view has been saved yet. Arrange the page as you want it, and give it a name."),
        "nothing_found": _("No view has this in its name."),
        "unreachable": _("Clew does not answer, so the views could not be loaded. Try again in a moment."),
        "changes": _("Save changes to “{name}”"),
        "copy": _("Copy link"),
        "copied": _("The link is copied."),
        "not_copied": _("The browser does not let this page copy. The link is {link}"),
        "rename": _("Rename"),
        "new_name": _("New name"),
        "keep": _("Save"),
        "cancel": _("Cancel"),
        "replace": _("Overwrite"),
        "make_default": _("Open “{experiment}” with it"),
        "make_some_default": _("Open an experiment with it"),
        "no_experiment": _("Choose the experiment in the list of runs first."),
        "unset": _("No longer open “{experiment}” with it"),
        "default": _("“{experiment}” opens with it"),
        "delete": _("Delete…"),
        "working": {
            ViewVerb.SAVE: _("Saving the view “{name}”…"),
            ViewVerb.REPLACE: _("Saving the view “{name}”…"),
            ViewVerb.RENAME: _("Renaming the view “{name}”…"),
            ViewVerb.DELETE: _("Deleting the view “{name}”…"),
            ViewVerb.SET_DEFAULT: _("Changing the default view of the experiment…"),
            ViewVerb.UNSET_DEFAULT: _("Changing the default view of the experiment…"),
        },
        "lost": _("Clew does not answer: it is not known whether this was done. Check the list of views when it is"
                  " back."),
        "status": _("Clew answered HTTP {status}, so nothing was done. Reload the page, and try again."),
    }  # fmt: skip
