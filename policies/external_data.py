"""Moves the numbers that an ONNX file keeps in other files ("external data") into it, so that it is one file again.

Torch and MLflow write them in this way by default. The required files are only named here, and the caller provides
their bytes: no file named by an untrusted model is opened. Only the resulting single file is run, checked or passed
on, and the process that runs it checks it again for references.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from domain.errors import PolicyRefused
from domain.errors.policy_checks.files import (
    DataElsewhere,
    DataInTooManyFiles,
    DataShort,
    DataUnclear,
    FilesLarger,
)
from policies.onnx_reading import DATA_LOCATION, DEEPEST, EXTERNAL_DATA, PARTS, is_pointer
from policies.protobuf_reading import BYTES, Damaged, Field, field_of_bytes, fields, varint

MAX_FILES: Final = 32
_RAW_DATA: Final = 9
_KEY, _VALUE = 1, 2
_LONGEST_LOCATION: Final = 200
# Plain relative names: no root, drive, scheme, parent folder, or characters that a server would decode.
_OWN: Final = re.compile(r"(?!\.)[^\x00-\x1f\x7f\\/:%?#]+(/(?!\.)[^\x00-\x1f\x7f\\/:%?#]+)*")
# With more fields, parsing in Python would take seconds; a policy has some thousands.
_MAX_FIELDS: Final = 200_000


class _Place(NamedTuple):
    """Where a tensor's numbers are; without a `length`, all from `offset` on."""

    location: str
    offset: int
    length: int | None


def locations_in(model: bytes) -> list[str]:
    """Returns the files with the model's numbers, relative to the model's folder, each once; empty if it has none.

    Raises PolicyRefused if one is outside of that folder, or if there are too many. Invalid bytes, and files with
    more parts than any policy has, are not reported here: the process that loads the policy does that.
    """
    found: dict[str, None] = {}
    try:
        for place in _places(model, "ModelProto", 0, len(model), _Budget()):
            found.setdefault(_own(place.location))
            if len(found) > MAX_FILES:
                raise PolicyRefused(DataInTooManyFiles(MAX_FILES))
    except (Damaged, _TooManyFields):
        return []
    return list(found)


def inlined(model: bytes, files: Mapping[str, bytes], most_bytes: int) -> bytes:
    """Returns the model with its numbers inside, taken from the `files` that `locations_in` names.

    Raises PolicyRefused if a file is too short, or if the total exceeds `most_bytes`: many tensors may refer to the
    same bytes.
    """
    sizes = sum(len(_numbers(place, files)) for place in _places(model, "ModelProto", 0, len(model), _Budget()))
    if len(model) + sizes > most_bytes:
        raise PolicyRefused(FilesLarger(most_bytes >> 20))
    return _rebuilt(model, "ModelProto", 0, len(model), files)


class _TooManyFields(Exception):
    """The file has more parts than any policy has."""


class _Budget:
    """How many more fields may be parsed."""

    def __init__(self) -> None:
        self.left = _MAX_FIELDS

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _TooManyFields


def _places(model: bytes, kind: str, at: int, end: int, budget: _Budget, depth: int = 0) -> Iterator[_Place]:
    """Yields the place of each tensor with external data, in the order of the file."""
    if depth > DEEPEST:
        raise Damaged
    if kind == "TensorProto":
        place = _place(model, at, end, budget)
        if place is not None:
            yield place
        return
    for field in fields(model, at, end):
        budget.spend()
        part = PARTS[kind].get(field.number)
        if part is not None and field.wire == BYTES:
            yield from _places(model, part, field.start, field.end, budget, depth + 1)


def _place(model: bytes, at: int, end: int, budget: _Budget) -> _Place | None:
    """Returns where a tensor's numbers are; raises PolicyRefused if they are external, but no place is given."""
    is_elsewhere = False
    entries: dict[str, str] = {}
    for field in fields(model, at, end):
        budget.spend()
        is_elsewhere |= is_pointer(field)
        if field.number == EXTERNAL_DATA and field.wire == BYTES:
            entries.update([_entry(model, field)])
    if not is_elsewhere:
        return None
    try:
        length = entries.get("length")
        place = _Place(entries["location"], int(entries.get("offset", "0")), None if length is None else int(length))
    except (KeyError, ValueError) as error:
        raise PolicyRefused(DataUnclear()) from error
    if place.offset < 0 or (place.length is not None and place.length < 0):
        raise PolicyRefused(DataUnclear())
    return place


def _entry(model: bytes, entry: Field) -> tuple[str, str]:
    found = {field.number: model[field.start : field.end] for field in fields(model, entry.start, entry.end)}
    # A name that is no text belongs to no file; `_own` reports it.
    return found.get(_KEY, b"").decode(errors="replace"), found.get(_VALUE, b"").decode(errors="replace")


def _own(location: str) -> str:
    name = "\ufffd" not in location and location.removeprefix("./")
    if not name or len(name) > _LONGEST_LOCATION or not _OWN.fullmatch(name):
        raise PolicyRefused(DataElsewhere(_shown(location)))
    return name


def _shown(location: str) -> str:
    text = "".join(letter if letter.isprintable() else "?" for letter in location[:80])
    return text if len(location) <= 80 else f"{text}…"


def _numbers(place: _Place, files: Mapping[str, bytes]) -> memoryview:
    content = memoryview(files[_own(place.location)])
    end = len(content) if place.length is None else place.offset + place.length
    if place.offset > len(content) or end > len(content):
        raise PolicyRefused(DataShort(_shown(place.location)))
    return content[place.offset : end]


def _rebuilt(model: bytes, kind: str, at: int, end: int, files: Mapping[str, bytes]) -> bytes:
    """Returns a message with the numbers of all its tensors inside; everything else is copied unchanged."""
    if kind == "TensorProto":
        return _tensor(model, at, end, files)
    parts, copied = [], at
    for field in fields(model, at, end):
        part = PARTS[kind].get(field.number)
        if part is None or field.wire != BYTES:
            continue
        content = _rebuilt(model, part, field.start, field.end, files)
        if len(content) != field.end - field.start or content != model[field.start : field.end]:
            tag = varint(field.number << 3 | BYTES)
            parts += [model[copied : field.begin], tag, varint(len(content)), content]
            copied = field.end
    return b"".join([*parts, model[copied:end]]) if parts else model[at:end]


def _tensor(model: bytes, at: int, end: int, files: Mapping[str, bytes]) -> bytes:
    place = _place(model, at, end, _Budget())
    if place is None:
        return model[at:end]
    dropped = (_RAW_DATA, EXTERNAL_DATA, DATA_LOCATION)
    kept = [model[field.begin : field.end] for field in fields(model, at, end) if field.number not in dropped]
    return b"".join([*kept, field_of_bytes(_RAW_DATA, bytes(_numbers(place, files)))])
