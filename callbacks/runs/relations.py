"""`POST /runs/relations`: the columns that the relation charts draw, for assets/relations_data.js."""

import dash
import flask
from dash import ClientsideFunction, Input, Output

from callbacks.runs.run_rows import rows_for
from callbacks.wire import answer, body_as, with_message
from components import ids
from components.relations.relation_columns import relation_columns
from domain.run_table.query import RunQuery
from services.connect import Services


def register(app: dash.Dash, services: Services) -> None:
    """Adds the route to the server of `app`, and the clientside callbacks."""
    server: flask.Flask = app.server
    rows, patience = rows_for(app, services), services.settings.patience_seconds

    @server.post("/runs/relations")
    @with_message
    def columns_of_runs() -> flask.Response:
        """Returns the runs' values in the columns of the query, which are the axes."""
        query = body_as(RunQuery)
        return answer(relation_columns(rows.known(services.runs.first_view(patience)), query))

    # The section itself is the output, so that it is filled whenever its page is shown.
    app.clientside_callback(
        ClientsideFunction("relations", "mount"),
        Output(ids.RELATIONS_PLACE, "hidden"),
        Input(ids.RELATIONS_TEXTS, "data"),
    )
    app.clientside_callback(ClientsideFunction("relations", "selected"), Input(ids.SELECTED, "data"))
