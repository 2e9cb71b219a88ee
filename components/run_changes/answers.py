"""The JSON answers to the page scripts that change runs."""

from collections.abc import Mapping
from typing import Any, Final

from components.links import href, run_href
from components.permissions import refusal_of
from components.run_changes.history import history
from components.run_changes.note import note
from components.texts import words
from components.texts.language import _, ngettext
from components.texts.translate import translate
from domain.access.rules import Access
from domain.errors import ClewError
from domain.run_changes.changes import RunChange
from domain.run_changes.marks import OWNED
from domain.run_changes.now import MovedRuns, RunNow
from domain.run_changes.requests import RunAction

_NAMED: Final = 8


def now(run: RunNow) -> dict[str, Any]:
    """Returns the current state of a run, as its page draws and edits it."""
    refused = refusal_of(Access.WRITE)
    return {
        "run_id": run.run_id,
        "name": run.name,
        "note": run.note,
        "note_drawn": note(run.note),
        "tags": [[key, value] for key, value in sorted(run.tags.items()) if not key.startswith(OWNED)],
        "marks": run.marks,
        "is_deleted": run.is_deleted,
        "history": history(run.changes),
        "refused": None if refused is None else translate(refused),
    }


def changed(run: RunNow, undo: RunChange | None) -> dict[str, Any]:
    """Returns that a change was made, and how to undo it."""
    return {
        "outcome": "done",
        "sentence": _("Run %(name)s is changed.", name=_called(run.name, run.run_id)),
        "undo": None if undo is None else _undo(undo),
        "now": now(run),
    }


def moved(done: MovedRuns, action: RunAction) -> dict[str, Any]:
    """Returns that a run was moved to the trash or restored; undoing does the opposite."""
    first, others = done.runs[0], len(done.runs) - 1
    name = _called(first.name, first.run_id)
    if action is RunAction.DELETE:
        text = _("Run %(name)s is in the trash.", name=name)
        more = ngettext("%(num)s child run was moved with it.", "%(num)s child runs were moved with it.", others)
    else:
        text = _("Run %(name)s is restored.", name=name)
        more = ngettext("%(num)s child run was restored with it.", "%(num)s child runs were restored with it.", others)
    return {
        "outcome": "done",
        "sentence": f"{text} {more}" if others else text,
        "restore": action is RunAction.DELETE,
        "go": href("/mlflow/trash") if action is RunAction.DELETE else None,
    }


def deletion_question(moves: MovedRuns) -> dict[str, Any]:
    """Asks before a run is deleted, and lists what is deleted with it and what remains."""
    first, *children = moves.runs
    facts: list[dict[str, Any]] = [
        {"name": _("Run"), "text": _called(first.name, first.run_id), "href": run_href(first.run_id)}
    ]
    sentences = [_("It can be restored from the trash.")]
    if children:
        facts.append({"name": _("Also deleted"), "text": _names([_called(one.name, one.run_id) for one in children])})
        sentences.append(_("Its child runs are moved to the trash with it, and restored with it."))
    if moves.models:
        facts.append({"name": _("Kept"), "text": _names(moves.models)})
        sentences.append(
            _("The models that were made from it are kept, and prevent its files from being removed for good.")
        )
    return {
        "outcome": "asked",
        "question": {
            "title": _("Delete this run?"),
            "facts": facts,
            "sentence": " ".join(sentences),
            "confirm": _("Delete"),
            "look": "danger",
        },
    }


def refused(error: ClewError, there: RunNow | None = None) -> dict[str, Any]:
    """Returns that nothing was done; `there` is the newer state that conflicts with the change."""
    content = {"outcome": "refused", "sentence": translate(error)}
    return content if there is None else content | {"now": now(there)}


def not_known(error: ClewError) -> dict[str, Any]:
    """Returns that it is unknown whether the change was made."""
    cause = translate(error).rstrip(".。")
    return {"outcome": "not_known", "sentence": _("%(cause)s. Check the run before you try again.", cause=cause)}


def many(
    done: Mapping[str, RunChange | None], failed: Mapping[str, ClewError], names: Mapping[str, str]
) -> dict[str, Any]:
    """Returns the result for each of many runs: how to undo it, or why nothing was done."""
    return {
        "done": [{"run_id": run_id, "undo": undo and _undo(undo)} for run_id, undo in done.items()],
        "failed": [
            {"run_id": run_id, "name": _called(names.get(run_id, ""), run_id), "sentence": translate(error)}
            for run_id, error in failed.items()
        ],
    }


def _undo(change: RunChange) -> dict[str, Any]:
    return change.model_dump(mode="json")


def _names(names: list[str]) -> str:
    more = [] if len(names) <= _NAMED else [_("and %(n)s more", n=words.count(len(names) - _NAMED))]
    return ", ".join([*names[:_NAMED], *more])


def _called(name: str, run_id: str) -> str:
    return name or run_id[:8]
