"""The settings with which pages are drawn, and how a page's layout gets them and its query."""

import re
from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any, Final

import dash
import flask
from pydantic import BaseModel, ConfigDict

from components.views import opened_address
from domain.views.opening import Open, as_it_is

_EXTENSION: Final = "clew"
_OPENING: Final = "clew-views"


class SocketService(BaseModel):
    """A service whose socket a page opens: `url` as Clew reaches it, `browser_url` if browsers need another.

    `prefix` is the sub-path of Clew, below which a proxy may serve the socket, too.
    """

    model_config = ConfigDict(frozen=True)

    url: str
    browser_url: str | None = None
    prefix: str = "/"


class GpuMonitorSocket(SocketService):
    """A GPU monitor with its displayed name."""

    name: str


class UiSettings(BaseModel):
    """The settings with which pages are drawn; the same for every request of one app."""

    model_config = ConfigDict(frozen=True)

    pathname_prefix: str
    read_only: bool
    tick_ms: int
    gpu_monitors: tuple[GpuMonitorSocket, ...]
    inference_engine: SocketService
    scheduler: SocketService


Layout = Callable[..., list[Any]]


def attach(ui: UiSettings, server: flask.Flask, opening: Open = as_it_is) -> None:
    """Registers `ui` with the app on `server` for its pages' layouts, and `opening`, which resolves views in
    addresses.
    """
    server.extensions[_EXTENSION] = ui
    server.extensions[_OPENING] = opening


def page(layout: Layout) -> Layout:
    """Wraps a page's `layout(ui, /, **query)` as Dash calls it: with the query alone, where repeated names have
    lists.

    This is the one place that uses `flask.current_app`. Dash registers pages once per process, at import, and calls a
    layout with the query only, so the settings have to come from the app that handles the request; the layout passes
    them on. `ui` is positional only, since a query may contain `?ui=`, too. The first value of a repeated name
    counts, unless the layout's `**query` takes lists.

    If the query names a short address or a view, the layout gets the query that this stands for.
    """
    return _page(layout, defaults=False)


def page_with_defaults(layout: Layout) -> Layout:
    """Wraps a page as `page` does, and applies the team's default view.

    That is the view of the experiment if the query names nothing but an experiment.
    """
    return _page(layout, defaults=True)


def _page(layout: Layout, *, defaults: bool) -> Layout:
    parameters = signature(layout).parameters
    # Named parameters get one value; the others what the annotation of `**query` allows.
    once = {name for name, one in parameters.items() if one.kind is not Parameter.VAR_KEYWORD}
    takes_lists = any(one.kind is Parameter.VAR_KEYWORD and one.annotation is not str for one in parameters.values())

    @wraps(layout)
    def called(**query: str | list[str]) -> list[Any]:
        extensions = flask.current_app.extensions
        in_path = {name: query.pop(name) for name in _names_in_path(layout.__module__) if name in query}
        opened = extensions[_OPENING](query, defaults)
        whole = {**opened.query, **in_path}
        drawn = layout(extensions[_EXTENSION], **{name: _as_taken(name, value) for name, value in whole.items()})
        return [*opened_address.notice(opened, query), *drawn]

    def _as_taken(name: str, value: str | list[str]) -> str | list[str]:
        return value if isinstance(value, str) or (takes_lists and name not in once) else value[0]

    return called


def _names_in_path(module: str) -> list[str]:
    """Returns the parameters in the path of a page, as opposed to its query."""
    template = dash.page_registry.get(module, {}).get("path_template")
    return re.findall(r"<(\w+)>", template or "")
