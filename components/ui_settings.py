"""The settings that pages are drawn by, and how a page's layout comes by those of its app, and by its address."""

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
    """A service whose socket a page opens: `url` as Clew reaches it, `browser_url` where a browser needs another.

    `prefix` is the sub-path that Clew is served from, below which a proxy may serve the socket, too.
    """

    model_config = ConfigDict(frozen=True)

    url: str
    browser_url: str | None = None
    prefix: str = "/"


class GpuMonitorSocket(SocketService):
    """A GPU monitor, and what it is called."""

    name: str


class UiSettings(BaseModel):
    """What pages are drawn by; the same for every request of one app."""

    model_config = ConfigDict(frozen=True)

    pathname_prefix: str
    read_only: bool
    tick_ms: int
    gpu_monitors: tuple[GpuMonitorSocket, ...]
    inference_engine: SocketService
    scheduler: SocketService


Layout = Callable[..., list[Any]]


def attach(ui: UiSettings, server: flask.Flask, opening: Open = as_it_is) -> None:
    """Gives `ui` to the app on `server`, for the layouts of its pages, and what opens the views in their addresses."""
    server.extensions[_EXTENSION] = ui
    server.extensions[_OPENING] = opening


def page(layout: Layout) -> Layout:
    """Returns a page's `layout(ui, /, **query)` as Dash calls it: with the address alone, of a repeated name a list.

    This is the one place that asks the running app. Dash registers pages once a process, at import, and calls a layout
    with what stands in the address, so nothing but the app that answers can tell a layout whose page it describes; all
    that the layout calls is handed what it needs. `ui` is positional only: an address may say `?ui=`, too. A name that
    is repeated counts once, but for a layout whose `**query` takes lists.

    An address may also name another, by a short form or a view: the layout gets what that stands for.
    """
    return _page(layout, defaults=False)


def page_with_defaults(layout: Layout) -> Layout:
    """Returns a page as `page` does.

    Where the address says no more than an experiment, the team may have a view for that.
    """
    return _page(layout, defaults=True)


def _page(layout: Layout, *, defaults: bool) -> Layout:
    parameters = signature(layout).parameters
    # Of what it takes by name it takes one; of all else what it says it takes.
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
    """Returns the parameters that stand in the path of a page, and not in its query."""
    template = dash.page_registry.get(module, {}).get("path_template")
    return re.findall(r"<(\w+)>", template or "")
