"""Changes of a model: the buttons, the confirmation dialog, and the messages about the result."""

import json
from collections.abc import Sequence
from typing import Any

from dash import html

from components import ids
from components.links import run_href
from components.texts import words
from components.texts.language import _
from components.texts.translate import translate
from domain.message_data import MessageData
from domain.registry.changes import ChangeOutcome, ChangeRequest, ChangeResult, ChangeVerb, SignatureChoice
from domain.registry.models import Activation, Model

TOAST_SECONDS = 12


def button(component_id: str, verb: ChangeVerb, text: str, look: str, model_id: str | None = None) -> html.Button:
    """Returns a button that requests a change of `model_id`, or of the model chosen in the list; assets/changes.js
    handles it.

    It is invisible if this Clew is read-only (assets/clew.css).
    """
    model = {} if model_id is None else {"data-model": model_id}
    return html.Button(
        text,
        id=component_id,
        type="button",
        disabled=True,
        className=f"btn btn-{look} model-writes",
        **{"data-change": verb, **model},
    )


def place() -> list[Any]:
    """Returns the place where the results of changes appear, on any page; assets/changes.js fills it."""
    return [
        html.Div(
            id=ids.CHANGES,
            className="change-toasts",
            role="region",
            **{
                "aria-live": "polite",
                "aria-label": _("Changes"),
                "data-seconds": str(TOAST_SECONDS),
                "data-texts": json.dumps(texts()),
            },
        ),
        html.Dialog(
            [
                html.H2(id=ids.CHANGE_TITLE, className="h5 change-title"),
                html.Div(id=ids.CHANGE_QUESTION, className="change-question"),
                html.Div(
                    [
                        html.Button(_("Cancel"), id=ids.CHANGE_CANCEL, type="button", className="btn btn-secondary"),
                        html.Button(id=ids.CHANGE_CONFIRM, type="button", className="btn btn-primary"),
                    ],
                    className="d-flex justify-content-end gap-2 mt-3",
                ),
            ],
            id=ids.CHANGE_DIALOG,
            className="change-dialog",
            **{"aria-labelledby": ids.CHANGE_TITLE},
        ),
    ]


def answer(request: ChangeRequest, result: ChangeResult, go: str | None = None) -> dict[str, Any]:
    """Returns what assets/changes.js shows of the result; `go` is the address where a model on trial can be watched."""
    goes = request.verb is ChangeVerb.TRY and result.outcome is ChangeOutcome.DONE
    return {
        "outcome": result.outcome,
        "sentence": _sentence(request, result),
        "undo": _undo(result.activation),
        "question": _question(result),
        "go": go if goes else None,
    }


def refused(error: Any) -> dict[str, Any]:
    """Returns the message for a reader who may not change anything."""
    return {"outcome": ChangeOutcome.REFUSED, "sentence": translate(error)}


def texts() -> dict[str, Any]:
    """Returns the texts of assets/change_toasts.js and changes.js; {id} is a model's."""
    return {
        "header": _("Models"),
        "close": _("Close"),
        "undo": _("Undo"),
        "watch": _("Watch it"),
        "working": {
            ChangeVerb.ACTIVATE: _("Checking model {id} and activating it…"),
            ChangeVerb.TRY: _("Checking model {id} and activating it…"),
            ChangeVerb.DELETE: _("Deleting model {id}…"),
            ChangeVerb.RESTORE: _("Restoring model {id}…"),
            ChangeVerb.UNDO: _("Making model {id} active again…"),
        },
        "still": _("Still working ({n} s). {what}"),
        "silent": _("Clew has not answered for {n} s; retrying. {what}"),
        "lost": _("Clew does not answer: it is not known whether this was done. Check the list when it is back."
                  " {what}"),
        "status": _("Clew answered HTTP {status}, so nothing was done. Reload the page and check the list."),
        "none_chosen": _("No model is chosen, so nothing was done. Choose one in the list."),
    }  # fmt: skip


def _sentence(request: ChangeRequest, result: ChangeResult) -> str:
    cause = None if result.cause is None else translate(result.cause)
    if result.outcome is ChangeOutcome.DONE:
        return _done(request, result)
    if result.outcome is ChangeOutcome.NOT_KNOWN:
        return _not_known(request.model_id, cause)
    return cause or ""


def _done(request: ChangeRequest, result: ChangeResult) -> str:
    if request.verb is ChangeVerb.DELETE:
        return _("Model %(id)s is deleted. To see it, choose “Deleted” in the list of states.", id=request.model_id)
    if request.verb is ChangeVerb.RESTORE:
        return _("Model %(id)s is restored.", id=request.model_id)
    activation = result.activation
    if activation is not None and activation.former_id == activation.model_id:
        return _("Model %(id)s was active already.", id=activation.model_id)
    done = _("Model %(id)s is active now.", id=request.model_id)
    overruled = activation is not None and activation.overrules_deletion
    return f"{done} {words.overruled_deletion()}" if overruled else done


def _not_known(model_id: str, cause: str | None) -> str:
    if cause is None:
        return _(
            "It is not known whether the change of model %(id)s was made: Clew was stopped meanwhile, or did not"
            " receive the request. The list has been reloaded: check it there.",
            id=model_id,
        )
    return _("%(cause)s. The list has been reloaded: check it there.", cause=cause.rstrip(".。"))


def _undo(activation: Activation | None) -> dict[str, str] | None:
    """Returns the change behind Undo.

    It reactivates the former model, provided the one that replaced it is still active.
    """
    if activation is None or activation.former_id in (None, activation.model_id):
        return None
    return {"verb": ChangeVerb.UNDO, "model_id": str(activation.former_id), "in_place_of": activation.model_id}


def _question(result: ChangeResult) -> dict[str, Any] | None:
    if result.outcome is not ChangeOutcome.ASKED:
        return None
    if result.cause is not None:
        return _about_policy(result.cause, result.choices)
    if result.about is None:
        return None
    return _about_to_delete(result.about) if result.instead_of is None else _other(result.about, result.instead_of)


def cannot_try_text(cause: MessageData) -> str:
    """Returns the sentence that a policy's file loads but cannot be tried, and what is missing for that."""
    return _("The policy's file loads, but it cannot be tried here: %(cause)s", cause=translate(cause))


def _about_policy(cause: MessageData, choices: Sequence[SignatureChoice]) -> dict[str, Any]:
    """Asks how to interpret a policy's tensors, or whether to activate one that could not be tried here."""
    return {
        "title": _("How should this policy be read?") if choices else _("An environment that is not installed"),
        "facts": [],
        "sentence": translate(cause) if choices else cannot_try_text(cause),
        "choices": [{"text": translate(one.text), "signature": one.signature} for one in choices],
        "confirm": _("Activate") if choices else _("Activate anyway"),
        "look": "primary",
    }


def _about_to_delete(model: Model) -> dict[str, Any]:
    """Asks for confirmation before a model is deleted, with its facts and the consequences."""
    run = {} if model.run_id is None else {"text": model.run_id[:8], "href": run_href(model.run_id)}
    facts: list[dict[str, Any]] = [
        {"name": _("Model"), "text": model.id},
        {"name": _("Algorithm"), "text": model.algorithm or words.MISSING},
        {"name": _("Trained at"), "text": words.MISSING, "moment": words.unix_ms(model.trained_at)},
        {"name": _("Success rate"), "text": words.percent(model.success_rate)},
        *([{"name": _("Run"), **run}] if run else []),
    ]
    return {
        "title": _("Delete this model?"),
        "facts": facts,
        "sentence": _("It is not in use now. Its run and its file are kept, and it can be restored."),
        "confirm": _("Delete"),
        "look": "danger",
    }


def _other(model: Model, active: Model) -> dict[str, Any]:
    """Asks before a model that was trained for something else replaces the active one."""
    sentence = _(
        "Model %(id)s was trained for %(env)s; the active one, %(active)s, for %(active_env)s. Everyone who uses the"
        " active model would get a policy for the other environment.",
        id=model.id,
        env=model.env_id,
        active=active.id,
        active_env=active.env_id,
    )
    return {
        "title": _("Another environment"),
        "facts": [],
        "sentence": sentence,
        "confirm": _("Activate anyway"),
        "look": "primary",
    }
