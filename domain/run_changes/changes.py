"""A requested change of one run: its new texts and marks, and the values that its author saw."""

import re
from collections.abc import Mapping
from typing import Annotated, Final, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from domain.run_changes.history import ChangedPart, ChangeKind
from domain.run_changes.marks import MARKED, NOTE_TAG, OWNED, TAG_OF, Mark

# MLflow's own limits; it would silently cut longer texts.
LONGEST_NAME: Final = 250
LONGEST_KEY: Final = 250
LONGEST_VALUE: Final = 8_000
MAX_TAGS: Final = 50
"""Tags of one request."""
_KEY: Final = re.compile(r"[/\w.\- :]+")
_SHOWN: Final = 40


def _storable(text: str) -> str:
    """Refuses characters that databases cannot store."""
    if "\0" in text or not _is_unicode(text):
        raise PydanticCustomError("not_storable", "has characters that cannot be stored")
    return text


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _one_line(text: str) -> str:
    if not all(letter.isprintable() for letter in text):
        raise PydanticCustomError("not_printable", "should have no line breaks and no control characters")
    if not any(letter.isprintable() and not letter.isspace() for letter in text):
        raise PydanticCustomError("nothing_to_see", "has no visible characters")
    return text


def _tags(tags: dict[str, str | None]) -> dict[str, str | None]:
    """Validates tags as a whole, since an invalid key cannot name a field in an error."""
    if len(tags) > MAX_TAGS:
        raise PydanticCustomError("too_many_tags", "changes more than {most} tags at a time", {"most": MAX_TAGS})
    for key, value in tags.items():
        _check_key(key)
        if value is not None and len(value) > LONGEST_VALUE:
            raise PydanticCustomError(
                "tag_too_long",
                "the value of {key} has more than {most} characters",
                {"key": key[:_SHOWN], "most": LONGEST_VALUE},
            )
        _storable(value or "")
    return tags


def _check_key(key: str) -> None:
    if len(key) > LONGEST_KEY:
        raise PydanticCustomError("key_too_long", "a tag's name has more than {most} characters", {"most": LONGEST_KEY})
    _storable(key)
    parts = key.split("/")
    if not key.strip() or not _KEY.fullmatch(key) or not parts[0] or any(part in ("", ".", "..") for part in parts):
        raise PydanticCustomError(
            "key_malformed",
            "a tag's name has letters, digits, spaces and _ - . : / alone, and is no path: {key}",
            {"key": key[:_SHOWN]},
        )
    if key.startswith(OWNED):
        raise PydanticCustomError(
            "key_owned", "the tags of MLflow and of Clew cannot be edited: {key}", {"key": key[:_SHOWN]}
        )


RunName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME),
    AfterValidator(_storable),
    AfterValidator(_one_line),
]
Note = Annotated[str, StringConstraints(max_length=LONGEST_VALUE), AfterValidator(_storable)]
Tags = Annotated[dict[str, str | None], AfterValidator(_tags)]


class Seen(BaseModel):
    """The values of the changed fields that the author of a change saw; a tag that did not exist is null."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = None
    note: str | None = None
    tags: dict[str, str | None] = {}


class RunChange(BaseModel):
    """The new values. An empty note and a null tag are removed; what is not named is unchanged.

    With `seen`, values that its author has not seen are not overwritten.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: RunName | None = None
    note: Note | None = None
    tags: Tags = {}
    marks: dict[Mark, bool] = {}
    seen: Seen | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.name is None and self.note is None and not self.tags and not self.marks:
            raise PydanticCustomError("changes_nothing", "contains nothing to change")
        return self


class RunTexts(NamedTuple):
    """The present values of a run's changeable fields."""

    name: str
    tags: Mapping[str, str]

    @property
    def note(self) -> str:
        """The note; empty where it has none."""
        return self.tags.get(NOTE_TAG, "")


class PlannedChange(NamedTuple):
    """The writes for a change of one run; `undo` is the reverse change. It has no parts if nothing changes."""

    name: str | None
    put: dict[str, str]
    taken: list[str]
    parts: list[ChangedPart]
    undo: RunChange | None


def planned(run: RunTexts, change: RunChange) -> PlannedChange:
    """Returns the writes that apply `change` to the run."""
    name = change.name if change.name is not None and change.name != run.name else None
    wanted = _wanted_tags(change)
    differs = {key: value for key, value in wanted.items() if run.tags.get(key) != value}
    parts = [] if name is None else [ChangedPart(what=ChangeKind.NAME, old=run.name, new=name)]
    parts += [_part(key, run.tags.get(key), value) for key, value in differs.items()]
    put = {key: value for key, value in differs.items() if value is not None}
    taken = [key for key, value in differs.items() if value is None]
    return PlannedChange(name, put, taken, parts, _undo(run, name, differs) if parts else None)


def overwritten(run: RunTexts, change: RunChange) -> list[str]:
    """Returns the fields with a value that its author did not see and that would be overwritten."""
    seen = change.seen
    if seen is None:
        return []
    found = []
    if change.name is not None and seen.name is not None and run.name not in (seen.name, change.name):
        found.append("name")
    if change.note is not None and seen.note is not None and run.note not in (seen.note, change.note):
        found.append("note")
    for key, value in change.tags.items():
        if key in seen.tags and run.tags.get(key) not in (seen.tags[key], value):
            found.append(f"tags.{key}")
    return found


def is_in(run: RunTexts, change: RunChange) -> bool:
    """Returns whether the run already is as the change requests."""
    return not planned(run, change).parts


def _wanted_tags(change: RunChange) -> dict[str, str | None]:
    note = {} if change.note is None else {NOTE_TAG: change.note or None}
    return {**note, **change.tags, **{TAG_OF[mark]: MARKED if on else None for mark, on in change.marks.items()}}


def _part(key: str, old: str | None, new: str | None) -> ChangedPart:
    mark = next((mark for mark, tag in TAG_OF.items() if tag == key), None)
    if mark is not None:
        return ChangedPart(what=ChangeKind.MARKED if new else ChangeKind.UNMARKED, key=mark.value)
    return ChangedPart(what=ChangeKind.NOTE if key == NOTE_TAG else ChangeKind.TAG, key=key, old=old, new=new)


def _undo(run: RunTexts, name: str | None, differs: Mapping[str, str | None]) -> RunChange | None:
    """Returns the reverse change; values that a request could not contain, such as an empty name, are left out."""
    marks = {mark: run.tags.get(tag) == MARKED for mark, tag in TAG_OF.items() if tag in differs}
    return RunChange.model_construct(
        name=(run.name or None) if name is not None else None,
        note=run.note if NOTE_TAG in differs else None,
        tags={key: run.tags.get(key) for key in differs if key != NOTE_TAG and key not in TAG_OF.values()},
        marks=marks,
        seen=Seen(
            name=name,
            note=(differs[NOTE_TAG] or "") if NOTE_TAG in differs else None,
            tags={key: value for key, value in differs.items() if key != NOTE_TAG and key not in TAG_OF.values()},
        ),
    )
