"""The correction of the tool as which an experiment's runs are interpreted: saves the form on the run's page."""

import dash
from dash import Input, Output, State

from callbacks.access import writer
from callbacks.freshness import RETRY_WAIT_SECONDS
from components import ids
from components.runs import tool_reading
from components.texts.translate import translate
from domain.errors import ClewError
from domain.errors.records import RunIdMalformed
from services.connect import Services
from services.tracking.known_runs import known_run


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callback of the correction to `app`."""

    @app.callback(
        Output(ids.RUN_TOOL_OUTCOME, "children"),
        Input(ids.RUN_TOOL_STATE, "n_clicks"),
        State(ids.RUN_TOOL_CHOICE, "value"),
        State(ids.RUN_ID, "data"),
        prevent_initial_call=True,
        running=[(Output(ids.RUN_TOOL_STATE, "disabled"), True, False)],
    )
    def state(_clicks: int | None, tool: object, run_id: str | None) -> str:
        try:
            by = writer(services)
            if run_id is None:
                raise RunIdMalformed
            run = known_run(services.runs.view_with([run_id], services.settings.patience_seconds), run_id)
            _write(services, run.experiment_id, str(tool), by)
        except ClewError as error:
            return translate(error)
        # The reader wants to see the effect of the correction.
        services.runs.refreshed_view(RETRY_WAIT_SECONDS)
        return tool_reading.outcome(str(tool), run.experiment)


def _write(services: Services, experiment_id: str, tool: str, by: str | None) -> None:
    if tool == tool_reading.AS_RECOGNISED:
        services.tool_readings.undo(experiment_id)
    else:
        services.tool_readings.state(experiment_id, tool, by)
