"""What comes over a page's sockets goes to a clientside namespace: `message` and `state`, with the socket's id."""

from collections.abc import Iterable

import dash
from dash import ClientsideFunction, Input, State


def hand_on(app: dash.Dash, namespace: str, sockets: Iterable[str]) -> None:
    """Registers callbacks without outputs.

    What changes differs from message to message, and the browser's function sets it.
    """
    for socket in sockets:
        for property_name in ("message", "state"):
            app.clientside_callback(
                ClientsideFunction(namespace, property_name), Input(socket, property_name), State(socket, "id")
            )
