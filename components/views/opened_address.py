"""The notice above a page whose address opened a view: its name, its owner, and what could not be opened."""

import json
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids, notices
from components.links import href
from components.texts import words
from components.texts.language import _, around
from components.texts.translate import translate
from domain.views.addresses import EXPERIMENT, NO_VIEW, SHORT, VIEW, Query, first
from domain.views.opening import ResolvedQuery
from domain.views.views import View


def notice(opened: ResolvedQuery, query: Query) -> list[Any]:
    """Returns the notice above the page; nothing if the address contains the whole query itself."""
    parts: list[Any] = []
    if opened.full is not None:
        parts.append(_whole(opened.full, query))
    if opened.failure is not None:
        parts.append(_not_opened(translate(opened.failure)))
    if opened.view is not None:
        parts.append(_shown(opened, opened.view))
    return parts


def _whole(full: str, query: Query) -> html.Div:
    """Returns the full address, which assets/addresses.js updates as long as the address bar has the short one."""
    names = [name for name in (SHORT, VIEW) if name in query] or [EXPERIMENT]
    present = {name: first(query, name) for name in names}
    return html.Div(id=ids.OPENED_ADDRESS, hidden=True, **{"data-full": full, "data-from": json.dumps(present)})


def _not_opened(cause: str) -> dbc.Alert:
    text = _("%(cause)s. The page shows the rest of the address.", cause=cause.rstrip(".。"))
    return dbc.Alert(text, id=ids.NOT_OPENED, color="warning", dismissable=True)


def _shown(opened: ResolvedQuery, view: View) -> html.Div:
    named = html.Strong(html.Bdi(view.name))
    if opened.is_changed:
        text = around(_("Based on the view {name}"), name=named)
    elif opened.default_of is not None:
        sentence = _("The team opens the experiment {experiment} with the view {name}")
        text = around(sentence, experiment=html.Bdi(opened.default_of), name=named)
    else:
        text = around(_("View {name}"), name=named)
    return html.Div(
        [*text, " · ", *_saved(view), *_fallback_links(opened.default_of)],
        id=ids.OPENED_VIEW,
        className="small text-body-secondary mb-2 text-break",
        **{"data-view": view.id, "data-name": view.name, "data-revision": view.revision},
    )


def _saved(view: View) -> list[Any]:
    at = notices.moment(words.unix_ms(view.at) or 0)
    if view.by is None:
        return around(_("saved {moment}"), moment=at)
    return around(_("saved by {user}, {moment}"), user=html.Bdi(view.by), moment=at)


def _fallback_links(default_of: str | None) -> list[Any]:
    if default_of is None:
        return []
    plain = href("/mlflow", **{EXPERIMENT: default_of, VIEW: NO_VIEW})
    return [" · ", html.A(_("Show the plain list"), href=plain)]
