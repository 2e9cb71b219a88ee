"""The group picker of the comparison: its options, its choice, and the pattern in a name."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State

from components import ids
from components.runs.groups import group_picker, group_summary
from components.texts.translate import translate
from domain.charts.chart_options import ChartOptions
from domain.errors import BadInput
from domain.grouping.candidates import candidates, default_grouping
from domain.grouping.group_ref import GroupRef
from domain.grouping.suggestions import suggestions
from domain.tracking.compared import Compared
from domain.tracking.grouping import grouped_by, grouping
from domain.tracking.runs import Run
from services.connect import Services


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the group picker to `app`."""
    _register_browser_side(app)

    @app.callback(
        output={
            "summary": Output(ids.GROUP_SUMMARY, "children"),
            "refs": Output(ids.GROUP_REFS, "options"),
            "more": Output(ids.GROUP_MORE, "children"),
            "default": Output(ids.GROUP_DEFAULT, "data"),
            "alone": Output(ids.ALONE, "options"),
        },
        inputs={
            "choice": Input(ids.GROUP_CHOICE, "data"),
            "compared_data": Input(ids.COMPARED, "data"),
            "_news": Input(ids.COMPARE_NEWS, "data"),
            "sought": Input(ids.GROUP_SEARCH, "value"),
        },
    )
    def offer(
        choice: dict[str, Any], compared_data: dict[str, Any], _news: str | None, sought: str | None
    ) -> dict[str, Any]:
        options = ChartOptions.model_validate(choice)
        runs = _compared(services, Compared.model_validate(compared_data)) if options.grouped else []
        if not runs:
            return {"summary": [], "refs": [], "more": "", "default": [], "alone": []}
        vocabulary = services.vocabulary
        found, by = candidates(runs, vocabulary), grouped_by(runs, options, vocabulary) or ()
        groups, offered = grouping(runs, options, vocabulary), suggestions(runs, vocabulary)
        alone = [run for run in runs if run.run_id in options.alone]
        refs, more = group_picker.options_of(found, sought or "", by)
        return {
            "summary": group_summary.summary(groups, by, options, found, offered, alone),
            "refs": refs,
            "more": more,
            "default": list(default_grouping(runs, vocabulary) or ()),
            "alone": group_picker.runs_to_show_alone(runs, options.alone),
        }

    @app.callback(
        Output(ids.GROUP_PATTERN_READ, "data"),
        Output(ids.GROUP_PATTERN_ERROR, "children"),
        Output(ids.GROUP_PATTERN, "invalid"),
        Input(ids.GROUP_PATTERN, "value"),
        prevent_initial_call=True,
    )
    def read_pattern(typed: str | None) -> tuple[Any, ...]:
        if not typed:
            return "", "", False
        try:
            return str(GroupRef.parse(f"name:{typed}")), "", False
        except BadInput as error:
            return dash.no_update, translate(error), True


def _compared(services: Services, compared: Compared) -> list[Run]:
    view = services.runs.view_with(compared.runs, services.settings.patience_seconds)
    return [run for run_id in compared.runs if (run := view.get(run_id)) is not None]


def _register_browser_side(app: dash.Dash) -> None:
    """Registers the clientside callbacks of the picker.

    It shows the chart options, which hold the state, and changes them.
    """
    app.clientside_callback(
        ClientsideFunction("groups", "chosen"),
        Output(ids.GROUP_CHOICE, "data"),
        Output(ids.GROUP_PICKER, "hidden"),
        Input(ids.options("compare"), "data"),
        State(ids.GROUP_CHOICE, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("groups", "ticks"),
        Output(ids.GROUP_REFS, "value"),
        Input(ids.GROUP_CHOICE, "data"),
        Input(ids.GROUP_DEFAULT, "data"),
    )
    # No Outputs: the choice goes into the options and the address.
    app.clientside_callback(
        ClientsideFunction("groups", "choose"), Input(ids.GROUP_REFS, "value"), State(ids.GROUP_DEFAULT, "data")
    )
    app.clientside_callback(ClientsideFunction("groups", "pattern"), Input(ids.GROUP_PATTERN_READ, "data"))
    app.clientside_callback(ClientsideFunction("groups", "alone"), Input(ids.ALONE, "value"))
