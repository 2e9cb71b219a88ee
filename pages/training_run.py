"""/training/<run_id>: one training, while it waits, runs, and afterwards."""

from typing import Any

import dash
from dash import dcc, html

from components import ids
from components.texts.language import _
from components.trainings import training_form, training_outcomes, training_page
from components.ui_settings import UiSettings, page
from domain.tracking.compared import is_run_id


@page
def layout(ui: UiSettings, /, run_id: str = "", **_query: str) -> list[Any]:
    """Returns the page of the training with this id; an invalid id is reported at once."""
    if not is_run_id(run_id):
        return training_page.not_found(run_id)
    return [
        html.Div(training_page.place(run_id), id=ids.LIVE_PLACE),
        dcc.Store(id=ids.LIVE_RUN, data=run_id),
        dcc.Store(id=ids.LIVE_TEXTS, data=training_page.texts()),
        dcc.Store(id=ids.LIVE_SCHEMA, data=training_page.schema()),
        dcc.Store(id=ids.LIVE_SCHEDULER, data=ui.scheduler.model_dump()),
        dcc.Store(id=ids.LIVE_STARTED),
        dcc.Store(id=ids.TRAINING_TEXTS, data=training_form.texts() | {"questions": training_outcomes.questions()}),
    ]


dash.register_page(
    __name__,
    path_template="/training/<run_id>",
    title=lambda run_id="", **_query: _("Training %(run)s · Clew", run=run_id[:8]),
    layout=layout,
)
