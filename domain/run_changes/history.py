"""The history of changes that a run holds: who changed what, when; one tag for each, and a limited number."""

import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from domain.run_changes.marks import CHANGE_TAG

MAX_CHANGES: Final = 30
"""The number of changes that are kept with a run, the newest."""
MAX_CHARACTERS: Final = 5_000
"""Characters of a tag, in every version of MLflow."""
# Characters kept of each text, from long to none, until the tag fits.
_CLIPS: Final = (2_000, 500, 100, 20, 0)
_MAX_PARTS: Final = 60
_KEY: Final = re.compile(re.escape(CHANGE_TAG) + r"\d{8}T\d{12}-[0-9a-f]{6}", re.ASCII)


class ChangeKind(StrEnum):
    """The kind of a change."""

    NAME = "name"
    NOTE = "note"
    TAG = "tag"
    MARKED = "marked"
    UNMARKED = "unmarked"
    DELETED = "deleted"
    RESTORED = "restored"


class ChangedPart(BaseModel):
    """One changed field: `key` is the tag's or the mark's, `old` and `new` are texts, None where there was none.

    For a run that was deleted or restored with its parent, `key` is the parent's id; for one that was restored because
    its model was activated, `new` is that model's name.
    """

    model_config = ConfigDict(frozen=True)

    what: ChangeKind
    key: str | None = Field(None, max_length=300)
    old: str | None = None
    new: str | None = None


class RecordedChange(BaseModel):
    """One change of a run, with all its parts; `is_cut` if not all of the texts fit into the tag."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    by: str | None = Field(None, max_length=200)
    parts: list[ChangedPart] = Field(max_length=_MAX_PARTS)
    is_cut: bool = False


def tag_of_change(change: RecordedChange) -> tuple[str, str]:
    """Returns a new tag that records the change: key and value, with texts cut to fit."""
    key = f"{CHANGE_TAG}{change.at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"
    for most in _CLIPS:
        clipped = _clipped(change, most)
        text = clipped.model_dump_json(exclude_defaults=True)
        if len(text) <= MAX_CHARACTERS:
            return key, text
    few = _clipped(change, 0)
    return key, few.model_copy(update={"parts": few.parts[:10], "is_cut": True}).model_dump_json(exclude_defaults=True)


def changes_in(tags: Mapping[str, str]) -> list[RecordedChange]:
    """Returns the history of a run, newest first; invalid tags of other programs are skipped."""
    found = []
    for key in reversed(change_keys(tags)):
        with suppress(ValidationError):
            found.append(RecordedChange.model_validate_json(tags[key]))
    return found


def change_keys(tags: Mapping[str, str]) -> list[str]:
    """Returns the keys of the history, oldest first; malformed keys come before all others."""
    keys = [key for key in tags if key.startswith(CHANGE_TAG)]
    return sorted(keys, key=lambda key: (_KEY.fullmatch(key) is not None, key))


def surplus_keys(tags: Mapping[str, str]) -> list[str]:
    """Returns the keys of changes beyond the newest ones."""
    return change_keys(tags)[:-MAX_CHANGES]


def deleted_with(tags: Mapping[str, str]) -> str | None:
    """Returns the run with which this one was deleted; None where it was deleted by itself, or that is unknown."""
    part = _last_deletion(changes_in(tags))
    return None if part is None else part.key


def deletion_in(tags: Mapping[str, str]) -> RecordedChange | None:
    """Returns the last deletion of the run by Clew."""
    return next((one for one in changes_in(tags) if any(p.what is ChangeKind.DELETED for p in one.parts)), None)


def deletion_since(tags: Mapping[str, str]) -> datetime | None:
    """Returns when Clew deleted the run; None where the last recorded change is not a deletion."""
    changes = changes_in(tags)
    return changes[0].at if _last_deletion(changes) is not None else None


def _last_deletion(changes: Sequence[RecordedChange]) -> ChangedPart | None:
    """Returns the deletion if it is the newest change; otherwise another program deleted the run."""
    if not changes:
        return None
    return next((part for part in changes[0].parts if part.what is ChangeKind.DELETED), None)


def recorded(at: datetime, by: str | None, parts: Sequence[ChangedPart]) -> RecordedChange:
    """Returns a change to record; the user's name and the parts are limited."""
    return RecordedChange(at=at, by=None if by is None else by[:200], parts=list(parts)[:_MAX_PARTS])


def _clipped(change: RecordedChange, most: int) -> RecordedChange:
    texts = [text for part in change.parts for text in (part.old, part.new) if text is not None]
    if all(len(text) <= most for text in texts):
        return change
    parts = [
        part.model_copy(update={name: _cut(text, most) for name in ("old", "new") if (text := getattr(part, name))})
        for part in change.parts
    ]
    return change.model_copy(update={"parts": parts, "is_cut": True})


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
