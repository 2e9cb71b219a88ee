"""How old a page is, how much of it is on show, what failed, and whether the reader asked to try again."""

from datetime import datetime
from typing import Any, Protocol

import dash
from dash import ClientsideFunction, Input, State, ctx, no_update

from components import ids, notices
from components.runs import reading_texts, run_list
from components.texts import words
from services.failures import Failure
from services.tracking.run_store import RunView

RETRY_WAIT_SECONDS = 3.0


def is_retry(place: str) -> bool:
    """Whether the page's Retry button was pressed, whatever else happened in the same moment."""
    return f"{ids.retry(place)}.n_clicks" in ctx.triggered_prop_ids


def freshness(view: RunView) -> tuple[Any, Any, bool]:
    """What the page says of its own age: the text, the failure if any, and whether there is one."""
    as_of = words.unix_ms(view.as_of)
    runs = None if view.runs is None else len(view.runs)
    if view.runs is not None and view.runs.progress is not None:
        return reading_texts.so_far(view.runs.progress), *failed(view)
    text = run_list.freshness_text(runs, as_of, failed=view.failure is not None)
    return text + ([] if view.runs is None else reading_texts.over_rest(view.runs)), *failed(view)


class Shown(Protocol):
    """What a page shows of a service: as of when, and what failed since. A `Reading` is one, and so is each view."""

    @property
    def as_of(self) -> datetime | None:
        """When it was read; None where nothing was yet."""

    @property
    def failure(self) -> Failure | None:
        """What failed since, if anything."""


def failed(view: Shown) -> tuple[Any, bool]:
    """What failed since what is shown was read, if anything, and whether something did."""
    failure = view.failure
    if failure is None:
        return no_update, False
    since = words.unix_ms(failure.since) if failure.passes else None
    as_of = words.unix_ms(view.as_of)
    return notices.failure(failure.service_name, failure.error, as_of_ms=as_of, waiting_since_ms=since), True


def register_rows_shown(app: dash.Dash, table: str, rows: str, texts: str) -> None:
    """Says how many rows the filters of `table` leave of those in the store `rows`."""
    app.clientside_callback(
        ClientsideFunction("tables", "shown"),
        Input(table, "derived_virtual_row_ids"),
        Input(rows, "data"),
        State(table, "id"),
        State(rows, "id"),
        State(texts, "data"),
    )
