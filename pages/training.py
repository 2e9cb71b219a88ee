"""/training: a form that starts a training, the queue, and all trainings so far."""

from typing import Any

import dash
from dash import dcc, html

from components import ids
from components.page_head import page_head
from components.texts.language import _
from components.trainings import training_form, training_outcomes, training_rows
from components.ui_settings import UiSettings, page


@page
def layout(_ui: UiSettings, /, **query: str) -> list[Any]:
    """Returns the page; `?from=` fills the form from a run, `?fork=` continues from its checkpoint."""
    prefill = {name: query[name] for name in ("from", "fork", "trainer") if query.get(name)}
    return [
        page_head(_("Training")),
        html.Div([training_form.place(), training_rows.place()], className="training-page"),
        dcc.Store(id=ids.TRAINING_TEXTS, data=training_form.texts() | {"questions": training_outcomes.questions()}),
        dcc.Store(id=ids.TRAINING_QUERY, data=prefill),
        dcc.Store(id=ids.TRAINING_BEGUN),
    ]


dash.register_page(__name__, path="/training", title=lambda **_query: _("Training · Clew"), order=5, layout=layout)
