"""/: leads on to the runs."""

import dash
from dash import dcc

from components.links import href


def layout(**_query: str) -> dcc.Location:
    """Sends the reader to the runs page."""
    return dcc.Location(id="home-leads-to", href=href("/mlflow"), refresh="callback-nav")


dash.register_page(__name__, path="/", title="Clew", layout=layout)
