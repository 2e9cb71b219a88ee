"""The frame of every page: header, place for errors, and the page itself."""

from html import escape
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html

from components import ids
from components.links import href, is_embedded
from components.models import model_change
from components.texts.language import _, language
from components.ui_settings import UiSettings
from domain.languages import LANGUAGE_NAMES


def frame(ui: UiSettings) -> html.Div:
    """Returns the whole document: a skip link, the header, errors, the page, and the toasts of changes."""
    return html.Div(
        [
            html.A(_("Skip to the content"), href="#main", className="visually-hidden-focusable"),
            None if is_embedded() else _header(ui),
            html.Main(
                [html.Div(id=ids.ERRORS, role="alert"), dash.page_container],
                id="main",
                tabIndex=-1,  # otherwise the skip link would scroll without moving the focus
                className="container-fluid py-3",
            ),
            *model_change.place(),
        ],
        className="clew-read-only" if ui.read_only else None,
    )


def localised(document: str, ui: UiSettings) -> str:
    """Adds the language, the translated fixed texts and Clew's path prefix to Dash's HTML document."""
    # assets/clew.js labels the close buttons: their components offer only "Close".
    close = escape(_("Close"))
    prefix = escape(ui.pathname_prefix)
    head = f'<html lang="{language()}" data-close="{close}" data-prefix="{prefix}">'
    return document.replace("<html>", head, 1).replace("Loading...", escape(_("Loading…")), 1)


def ticker(place: str, ui: UiSettings) -> dcc.Interval:
    """Makes the page at `place` poll for updates, as often as the settings say."""
    return dcc.Interval(id=ids.tick(place), interval=ui.tick_ms)


def unexpected_error(reference: str) -> dbc.Alert:
    """Draws an alert for an unexpected exception in a callback; `reference` identifies the log line."""
    return dbc.Alert(
        [
            html.Strong(_("An internal error occurred in Clew. ")),
            _("See %(reference)s in the log.", reference=reference),
            " ",
            html.A(_("Reload the page"), href=""),
        ],
        color="danger",
        dismissable=True,
    )


def nothing_at_this_address() -> list[Any]:
    """Returns the page for an unknown address."""
    return [
        html.H1(_("Page not found"), className="h3"),
        html.P(_("There is no page at this address.")),
        html.A(_("Show all runs"), href=href("/mlflow")),
    ]


def _header(ui: UiSettings) -> html.Header:
    return html.Header(
        html.Nav(
            [
                html.A(
                    [html.Span("◉", className="brand-mark", **{"aria-hidden": "true"}), " Clew"],
                    href=href("/"),
                    className="navbar-brand",
                ),
                html.Div(
                    [
                        html.A(_("Runs"), href=href("/mlflow"), className="nav-link"),
                        html.A(_("Training"), href=href("/training"), className="nav-link"),
                        html.A(_("Models"), href=href("/models"), className="nav-link"),
                        html.A(_("Inference"), href=href("/inference"), className="nav-link"),
                        html.A(_("GPUs"), href=href("/gpu"), className="nav-link"),
                        html.A(_("Alerts"), href=href("/alerts"), className="nav-link"),
                    ],
                    className="navbar-nav me-auto",
                ),
                html.Span(_("read-only"), className="badge text-bg-secondary me-3") if ui.read_only else None,
                *_other_languages(),
            ],
            className="navbar navbar-expand px-3",
            **{"aria-label": _("Pages")},
        ),
        className="border-bottom",
    )


def _other_languages() -> list[html.A]:
    """Returns the links to the other languages; assets/clew.js keeps the rest of the address."""
    return [
        html.A(name, href=f"?lang={code}", lang=code, className="nav-link small", **{"data-lang": code})
        for code, name in LANGUAGE_NAMES.items()
        if code != language()
    ]
