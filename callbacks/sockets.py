"""Connects a page's sockets to the functions `message` and `state` of a clientside namespace."""

from collections.abc import Iterable

import dash
from dash import ClientsideFunction, Input, State


def forward_messages(app: dash.Dash, namespace: str, sockets: Iterable[str]) -> None:
    """Registers callbacks without outputs that pass messages and states on, with the socket's id.

    The updated components differ between messages, so the browser's function sets them.
    """
    for socket in sockets:
        for property_name in ("message", "state"):
            app.clientside_callback(
                ClientsideFunction(namespace, property_name), Input(socket, property_name), State(socket, "id")
            )
