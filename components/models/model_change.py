"""Changing a model: the dialogs that ask first, and the toast that says what came of it."""

from typing import Any, NamedTuple

import dash_bootstrap_components as dbc
from dash import dcc, html
from pydantic import BaseModel

from components import ids, notices
from components.links import run_href
from components.texts import words
from components.texts.language import _
from domain.registry.models import Activation, Model

TOAST_SECONDS = 12


class Undo(BaseModel):
    """What Undo would do: activate the former model again, as long as the one that took its place is active."""

    former_id: str
    active_id: str


class Outcome(NamedTuple):
    """What the toast says: a sentence, whether it went well, and what Undo would do."""

    sentence: str
    good: bool
    undo: Undo | None = None

    @property
    def icon(self) -> str:
        """The colour of the toast."""
        return "success" if self.good else "danger"

    @property
    def duration_ms(self) -> int | None:
        """How long the toast is there: what did not work stays until somebody closes it."""
        return TOAST_SECONDS * 1000 if self.good else None


def parts(place: str) -> list[Any]:
    """The dialog, the toast and what they remember, for the page at `place`."""
    return [
        dbc.Modal(
            [
                dbc.ModalHeader(dbc.ModalTitle(_("Delete this model?"), id=ids.change(place, "title"), tag="h2")),
                dbc.ModalBody(id=ids.change(place, "body")),
                dbc.ModalFooter(
                    [
                        dbc.Button(_("Cancel"), id=ids.change(place, "cancel"), color="secondary", outline=True),
                        dbc.Button(_("Delete"), id=ids.change(place, "confirm"), color="danger"),
                    ]
                ),
            ],
            id=ids.change(place, "dialog"),
            labelledby=ids.change(place, "title"),
            is_open=False,
        ),
        dbc.Modal(
            [
                dbc.ModalHeader(
                    dbc.ModalTitle(_("Another environment"), id=ids.change(place, "other-title"), tag="h2")
                ),
                dbc.ModalBody(id=ids.change(place, "other-body")),
                dbc.ModalFooter(
                    dbc.Button(_("Activate all the same"), id=ids.change(place, "other-confirm"), color="primary")
                ),
            ],
            id=ids.change(place, "other-dialog"),
            labelledby=ids.change(place, "other-title"),
            is_open=False,
        ),
        html.Div(
            dbc.Toast(
                [
                    html.Span(id=ids.change(place, "said")),
                    dbc.Button(
                        _("Undo"), id=ids.change(place, "undo"), size="sm", color="link", style={"display": "none"}
                    ),
                ],
                id=ids.change(place, "toast"),
                header=_("Models"),
                is_open=False,
                dismissable=True,
                class_name="clew-toast",
            ),
            **{"aria-live": "polite"},
        ),
        dcc.Store(id=ids.change(place, "former")),
        html.Div(
            [dbc.Spinner(size="sm"), " ", _("Checking the model and activating it…")],
            id=ids.change(place, "busy"),
            hidden=True,
            className="clew-toast alert alert-info py-2",
            role="status",
        ),
        # Who is to be activated, once nothing has to be asked any more.
        dcc.Store(id=ids.change(place, "asked")),
        dcc.Store(id=ids.change(place, "request")),
        # A model of the history that is to be activated again; assets/models.js writes it.
        dcc.Store(id=ids.change(place, "again")),
        # What the toast is to say where nothing was even tried.
        dcc.Store(id=ids.change(place, "refusal")),
        # An address to go to once a model that is to be tried is active.
        dcc.Store(id=ids.change(place, "go")),
        # Counts the changes made here: who draws the models reads them anew.
        dcc.Store(id=ids.change(place, "reload"), data=0),
    ]


def about_to_delete(model: Model) -> list[Any]:
    """What the dialog says of the model, and of what becomes of it."""
    facts = [
        (_("Model"), model.id),
        (_("Algorithm"), model.algorithm or words.MISSING),
        (_("Trained at"), notices.moment(words.unix_ms(model.trained_at))),
        (_("Success rate"), words.percent(model.success_rate)),
    ]
    if model.run_id is not None:
        facts.append((_("Run"), html.A(model.run_id[:8], href=run_href(model.run_id))))
    rows = [html.Div([html.Dt(name), html.Dd(value)]) for name, value in facts]
    return [
        html.Dl(rows, className="facts"),
        html.P(_("It does not serve anybody now. Its run and its file stay, and it can be restored.")),
    ]


def of_another_environment(model: Model, active: Model) -> str:
    """Asked before a model takes over that was trained for something else."""
    return _(
        "Model %(id)s was trained for %(env)s; the active one, %(active)s, for %(active_env)s. Whoever is served now"
        " would get the other environment's policy.",
        id=model.id,
        env=model.env_id,
        active=active.id,
        active_env=active.env_id,
    )


def activated(activation: Activation) -> Outcome:
    """Said when a model has become the active one."""
    if activation.former_id == activation.model_id:
        return Outcome(_("Model %(id)s was active already.", id=activation.model_id), good=True)
    former = activation.former_id
    undo = None if former is None else Undo(former_id=former, active_id=activation.model_id)
    return Outcome(_("Model %(id)s is active now.", id=activation.model_id), good=True, undo=undo)


def not_undone(active_id: str | None) -> Outcome:
    """Said when Undo would have undone somebody else's choice."""
    if active_id is None:
        return refused(_("No model is active by now, so nothing was undone."))
    return refused(_("Model %(id)s is active by now, so nothing was undone.", id=active_id))


def not_known(model_id: str) -> Outcome:
    """Said when nothing can be asked about a change, for its model or the active one is not known."""
    return refused(
        _("Model %(id)s is not known here just now, so nothing was done. Try again in a moment.", id=model_id)
    )


def deleted(model_id: str) -> Outcome:
    """Said when a model has left the list."""
    return Outcome(_("Model %(id)s is deleted. “Deleted” in the list of states shows it.", id=model_id), good=True)


def restored(model_id: str) -> Outcome:
    """Said when a model is back."""
    return Outcome(_("Model %(id)s is back.", id=model_id), good=True)


def refused(cause: str) -> Outcome:
    """Said when it was not done, or may not have been; in the words of who knows."""
    return Outcome(cause, good=False)
