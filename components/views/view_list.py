"""The list of views for assets/views.js, and the messages about changes of one."""

from typing import Any

from components.links import href
from components.permissions import refusal_of
from components.texts import words
from components.texts.language import _, ngettext
from components.texts.translate import translate
from domain.access.rules import Access
from domain.errors import ClewError
from domain.messages import Reason
from domain.views.addresses import VIEW
from domain.views.changes import ViewOutcome, ViewRequest, ViewResult, ViewVerb
from domain.views.views import View, ViewList

_NAMED = 3


def list_json(views: ViewList | None, failure: Reason | None) -> dict[str, Any]:
    """Returns the rows, messages about the whole list, and why the reader may not change views, if so."""
    refused = refusal_of(Access.WRITE)
    rows = [] if views is None else [_row(view, views) for view in views.views]
    notes = [*_bad_rows(views), *([] if failure is None else [_failed(failure, known=views is not None)])]
    return {"views": rows, "notes": notes, "refused": None if refused is None else translate(refused)}


def answer(request: ViewRequest, result: ViewResult) -> dict[str, Any]:
    """Returns what assets/views.js shows after a change.

    `then` is the request to send if its question is answered with yes.
    """
    return {
        "outcome": result.outcome,
        "sentence": _sentence(request, result),
        "question": _question(request, result),
        "then": _then(request, result),
        "id": None if result.view is None else result.view.id,
        "revision": None if result.view is None else result.view.revision,
    }


def refused(error: ClewError) -> dict[str, Any]:
    """Returns the message for a reader who may not change a view."""
    return {"outcome": ViewOutcome.REFUSED, "sentence": translate(error)}


def no_short_form(error: ClewError) -> dict[str, Any]:
    """Returns the message if an address gets no short form: the long one works, too."""
    cause = translate(error).rstrip(".。")
    return {"v": None, "sentence": _("The full, long link was copied: %(cause)s.", cause=cause)}


def _row(view: View, views: ViewList) -> dict[str, Any]:
    return {
        "id": view.id,
        "revision": view.revision,
        "name": view.name,
        "by": None if view.by is None else _("by %(user)s", user=view.by),
        "ms": words.unix_ms(view.at),
        "experiment": view.experiment,
        "opens": views.opens(view.id),
        "href": href("/mlflow", **{VIEW: view.id}),
    }


def _bad_rows(views: ViewList | None) -> list[str]:
    if views is None or not views.bad_rows:
        return []
    bad = views.bad_rows
    named = "; ".join(f"{row.row}: {row.field}: {translate(row.cause)}" for row in bad[:_NAMED])
    more = "" if len(bad) <= _NAMED else " …"
    return [
        ngettext(
            "%(num)s view stored in MLflow cannot be read and was left out: %(named)s",
            "%(num)s views stored in MLflow cannot be read and were left out: %(named)s",
            len(bad),
            named=named + more,
        )
    ]


def _failed(failure: Reason, *, known: bool) -> str:
    cause = translate(failure).rstrip(".。")
    if known:
        return _("%(cause)s. The list may be out of date.", cause=cause)
    return _("%(cause)s. The list of views is not available.", cause=cause)


def _sentence(request: ViewRequest, result: ViewResult) -> str | None:
    cause = None if result.cause is None else translate(result.cause)
    if result.outcome is ViewOutcome.NOT_KNOWN:
        cause = (cause or "").rstrip(".。")
        return _("It is not known whether this was done (%(cause)s). Check the list of views.", cause=cause)
    if result.outcome is not ViewOutcome.DONE:
        return cause
    name = request.name or "" if result.view is None else result.view.name
    match request.verb:
        case ViewVerb.SAVE | ViewVerb.REPLACE:
            return _("The view “%(name)s” is saved.", name=name)
        case ViewVerb.RENAME:
            return _("The view is now called “%(name)s”.", name=name)
        case ViewVerb.DELETE:
            return _("The view is deleted.") if result.view is None else _("The view “%(name)s” is deleted.", name=name)
        case ViewVerb.SET_DEFAULT:
            experiment = str(request.experiment)
            return _("“%(experiment)s” now opens with “%(name)s” for everyone.", experiment=experiment, name=name)
        case ViewVerb.UNSET_DEFAULT:
            return _("“%(experiment)s” now opens with its plain list.", experiment=str(request.experiment))


def _question(request: ViewRequest, result: ViewResult) -> dict[str, Any] | None:
    if result.outcome is not ViewOutcome.ASKED or result.view is None:
        return None
    facts: list[dict[str, Any]] = [
        {"name": _("View"), "text": result.view.name},
        {"name": _("Saved by"), "text": result.view.by or words.MISSING},
        {"name": _("Saved"), "text": words.MISSING, "moment": words.unix_ms(result.view.at)},
    ]
    if request.verb is ViewVerb.DELETE:
        return {
            "title": _("Delete this view?"),
            "facts": facts,
            "sentence": _("It is deleted for everyone, and links to it stop working. The runs are kept."),
            "confirm": _("Delete"),
            "look": "danger",
        }
    return {
        "title": _("A view with this name exists"),
        "facts": facts,
        "sentence": _("If you overwrite it, everyone who opens it sees what is shown here."),
        "confirm": _("Overwrite"),
        "look": "primary",
    }


def _then(request: ViewRequest, result: ViewResult) -> dict[str, Any] | None:
    if result.outcome is not ViewOutcome.ASKED or result.view is None:
        return None
    view = {"id": result.view.id, "revision": result.view.revision}
    if request.verb is ViewVerb.DELETE:
        return {"verb": ViewVerb.DELETE, **view, "is_confirmed": True}
    return {"verb": ViewVerb.REPLACE, **view, "query": request.query}
