"""The settings that pages are drawn by, and how a page's layout comes by those of its app."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import flask
from pydantic import BaseModel, ConfigDict

_EXTENSION: Final = "clew"


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


Layout = Callable[..., list[Any]]


def attach(ui: UiSettings, server: flask.Flask) -> None:
    """Gives `ui` to the app on `server`, for the layouts of its pages."""
    server.extensions[_EXTENSION] = ui


def page(layout: Layout) -> Layout:
    """A page's `layout(ui, /, **query)` as Dash calls it: with the address alone, of a repeated name a list.

    This is the one place that asks the running app. Dash registers pages once a process, at import, and calls a layout
    with what stands in the address, so nothing but the app that answers can tell a layout whose page it describes; all
    that the layout calls is handed what it needs. `ui` is positional only: an address may say `?ui=`, too.
    """

    @wraps(layout)
    def called(**query: str | list[str]) -> list[Any]:
        ui: UiSettings = flask.current_app.extensions[_EXTENSION]
        return layout(ui, **{name: value if isinstance(value, str) else value[0] for name, value in query.items()})

    return called
