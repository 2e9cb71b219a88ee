"""What all refreshed pages share: their triggers, the age of their data, their error message, and Retry."""

from datetime import datetime
from typing import Any, Protocol, TypedDict

import dash
from dash import ClientsideFunction, Input, Output, State, ctx, no_update

from components import ids, notices
from components.runs import reading_texts, run_list
from components.texts import words
from services.alerts.team_alerts import KnownAlerts
from services.connect import Services
from services.failures import Failure
from services.registry.model_view import ModelView
from services.tracking.run_store import RunView

RETRY_WAIT_SECONDS = 3.0


class FailureUpdate(TypedDict):
    """The error message of a page, and whether it is shown."""

    failure: Any
    failed: bool


class FreshnessUpdate(FailureUpdate):
    """What a page shows of the age of its data and of a failure."""

    age: Any


def failure_outputs(place: str) -> dict[str, Output]:
    """Returns the outputs of a `FailureUpdate`."""
    return {
        "failure": Output(ids.failure(place), "children"),
        "failed": Output(ids.failure_alert(place), "is_open"),
    }


def tick_and_retry(place: str) -> list[Input]:
    """Returns the triggers that refresh a page: its ticker, and its Retry button."""
    return [Input(ids.tick(place), "n_intervals"), Input(ids.retry(place), "n_clicks")]


def is_retry(place: str) -> bool:
    """Returns whether the page's Retry button was pressed, even if other triggers fired at the same moment."""
    return f"{ids.retry(place)}.n_clicks" in ctx.triggered_prop_ids


def runs_view(services: Services, place: str, *, is_refresh: bool = False) -> RunView:
    """Returns the runs as known now; waits for a refresh if the reader asked for one at `place`."""
    if is_refresh or is_retry(place):
        return services.runs.refreshed_view(RETRY_WAIT_SECONDS)
    return services.runs.first_view(services.settings.patience_seconds)


def models_view(services: Services, place: str) -> ModelView:
    """Returns the models as known now; waits for a refresh if Retry was pressed at `place`."""
    if is_retry(place):
        return services.model_views.refreshed(RETRY_WAIT_SECONDS)
    return services.model_views.view(services.settings.patience_seconds)


def alerts_view(services: Services, place: str) -> KnownAlerts:
    """Returns the alerts as known now; waits for a refresh if Retry was pressed at `place`."""
    if is_retry(place):
        return services.alerts.refreshed(RETRY_WAIT_SECONDS)
    return services.alerts.view(services.settings.patience_seconds)


def freshness(view: RunView) -> FreshnessUpdate:
    """Returns how old the runs on a page are, and what failed since."""
    return {"age": _age(view), **failed(view)}


def _age(view: RunView) -> list[Any]:
    if view.runs is not None and view.runs.progress is not None:
        return reading_texts.so_far(view.runs.progress)
    runs = None if view.runs is None else len(view.runs)
    text = run_list.freshness_text(runs, words.unix_ms(view.as_of), failed=view.failure is not None)
    return text + ([] if view.runs is None else reading_texts.over_rest(view.runs))


class Displayed(Protocol):
    """A service's data as shown on a page: when it was read, and what failed since.

    `Reading` and each view have this shape.
    """

    @property
    def as_of(self) -> datetime | None:
        """When it was read; None if nothing has been read yet."""

    @property
    def failure(self) -> Failure | None:
        """The failure since then, if any."""


def failed(view: Displayed) -> FailureUpdate:
    """Returns the message on what failed since the shown data was read, if anything."""
    failure = view.failure
    if failure is None:
        return {"failure": no_update, "failed": False}
    since = words.unix_ms(failure.since) if failure.passes else None
    as_of = words.unix_ms(view.as_of)
    sentence = notices.failure(failure.service_name, failure.error, as_of_ms=as_of, waiting_since_ms=since)
    return {"failure": sentence, "failed": True}


def register_rows_shown(app: dash.Dash, table: str, rows: str, texts: str) -> None:
    """Shows how many rows the filters of `table` leave of those in the store `rows`."""
    app.clientside_callback(
        ClientsideFunction("tables", "shown"),
        Input(table, "derived_virtual_row_ids"),
        Input(rows, "data"),
        State(table, "id"),
        State(rows, "id"),
        State(texts, "data"),
    )
