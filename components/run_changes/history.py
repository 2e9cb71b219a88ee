"""The history of a run's changes, in words."""

from typing import Any

from dash import html

from components import notices
from components.texts import words
from components.texts.language import _, around
from domain.run_changes.history import ChangedPart, ChangeKind, RecordedChange
from domain.run_changes.marks import Mark

_SHOWN = 60


def history(changes: list[RecordedChange]) -> list[Any]:
    """Returns the changes, newest first; empty if there are none."""
    if not changes:
        return []
    return [html.Ul([html.Li(_line(change)) for change in changes], className="run-history small")]


def _line(change: RecordedChange) -> list[Any]:
    who = change.by or _("an unknown user")
    sentence = "; ".join(part_text(part) for part in change.parts)
    text = around(
        _("{when} · {who}: {what}"), when=notices.moment(words.unix_ms(change.at)), who=html.Bdi(who), what=sentence
    )
    return [*text, *_former_notes(change)]


def _former_notes(change: RecordedChange) -> list[Any]:
    """Returns the former notes that were overwritten."""
    olds = [part.old for part in change.parts if part.what is ChangeKind.NOTE and part.old]
    cut = _(" (shortened)") if change.is_cut else ""
    return [html.Details([html.Summary(_("Previous note") + cut), html.Pre(old)]) for old in olds]


def part_text(part: ChangedPart) -> str:
    """Returns what was changed, in the reader's language."""
    match part.what:
        case ChangeKind.NAME:
            return _("renamed “%(old)s” to “%(new)s”", old=_short(part.old), new=_short(part.new))
        case ChangeKind.NOTE:
            return _note_text(part)
        case ChangeKind.TAG:
            return _tag_text(part)
        case ChangeKind.MARKED:
            return _("marked as %(mark)s", mark=_mark(part.key))
        case ChangeKind.UNMARKED:
            return _("no longer %(mark)s", mark=_mark(part.key))
        case ChangeKind.DELETED:
            return _("put in the trash") if part.key is None else _("put in the trash with its parent")
        case ChangeKind.RESTORED:
            return _restored_text(part)


def _restored_text(part: ChangedPart) -> str:
    if part.new is not None:
        return _("restored from the trash because model %(model)s is active", model=part.new)
    return _("restored from the trash") if part.key is None else _("restored from the trash with its parent")


def _note_text(part: ChangedPart) -> str:
    if part.new is None:
        return _("removed the note")
    return _("wrote the note") if part.old is None else _("changed the note")


def _tag_text(part: ChangedPart) -> str:
    key = _short(part.key)
    if part.new is None:
        return _("removed the tag %(key)s, which was “%(old)s”", key=key, old=_short(part.old))
    if part.old is None:
        return _("added the tag %(key)s: “%(new)s”", key=key, new=_short(part.new))
    return _("changed the tag %(key)s from “%(old)s” to “%(new)s”", key=key, old=_short(part.old), new=_short(part.new))


def _mark(key: str | None) -> str:
    return words.mark_name(Mark(key)) if key in set(Mark) else _short(key)


def _short(text: str | None) -> str:
    return words.MISSING if not text else text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
