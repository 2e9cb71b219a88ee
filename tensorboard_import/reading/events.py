"""The content of a piece of an event file: points, texts, pictures, parameters, restarts, and counts of the rest."""

from collections import Counter
from typing import Any, Final, NamedTuple

import numpy as np
from google.protobuf.message import DecodeError

from tensorboard_import.reading.protos import Event, HParams
from tensorboard_import.reading.records import Records
from tensorboard_import.reading.scalars import Points, points_of, simple_points
from tensorboard_import.reading.tensors import number_of, texts_of

COLUMNS_FROM: Final = 300
_START: Final = 1
_HPARAMS_TAG: Final = "_hparams_/session_start_info"


class Text(NamedTuple):
    """A logged text; `wall` in seconds since 1970, `place` where its record begins."""

    tag: str
    step: int
    wall: float
    place: int
    text: str


class Picture(NamedTuple):
    """A logged, encoded picture, the `number`th of its tag and step."""

    tag: str
    step: int
    wall: float
    place: int
    number: int
    content: bytes


class Restart(NamedTuple):
    """A writer that restarted at `step`: earlier points at that step or later are discarded."""

    place: int
    step: int


class Content(NamedTuple):
    """The content of a piece of a file.

    `versions` are the file versions as written, `others` counts unsupported summaries by kind.
    """

    points: Points
    texts: list[Text]
    pictures: list[Picture]
    params: dict[str, str]
    restarts: list[Restart]
    versions: list[str]
    others: Counter[str]


class _Read:
    """Collects the content of records that are parsed one by one."""

    def __init__(self) -> None:
        self.scalars: list[tuple[str, int, float, float, int]] = []
        self.content = Content(_NOTHING, [], [], {}, [], [], Counter())

    def event(self, event: Any, place: int) -> None:
        """Adds one event whose record begins at `place`."""
        if event.HasField("file_version"):
            self.content.versions.append(event.file_version)
        if event.HasField("session_log") and event.session_log.status == _START:
            self.content.restarts.append(Restart(place, event.step))
        for value in event.summary.value:
            self._value(event, value, place)

    def _value(self, event: Any, value: Any, place: int) -> None:
        plugin = value.metadata.plugin_data.plugin_name
        if value.HasField("simple_value"):
            self.scalars.append((value.tag, event.step, event.wall_time, value.simple_value, place))
        elif value.tag == _HPARAMS_TAG:
            self.content.params.update(_hparams(value.metadata.plugin_data.content))
        elif value.HasField("image"):
            self._pictures(event, value.tag, place, [value.image.encoded_image_string])
        elif value.HasField("tensor"):
            self._tensor(event, value, plugin, place)
        elif value.HasField("histo") or value.HasField("audio"):
            self.content.others["histogram" if value.HasField("histo") else "audio"] += 1

    def _tensor(self, event: Any, value: Any, plugin: str, place: int) -> None:
        tag = value.tag or value.node_name
        texts = texts_of(value.tensor)
        number = number_of(value.tensor) if plugin in ("", "scalars") else None
        if number is not None:
            self.scalars.append((tag, event.step, event.wall_time, number, place))
        elif plugin == "images":
            # The first two strings are width and height.
            self._pictures(event, tag, place, list(value.tensor.string_val)[2:])
        elif texts is not None and plugin in ("", "text"):
            self.content.texts.append(Text(tag, event.step, event.wall_time, place, "\n".join(texts)))
        elif not plugin.startswith("_") and plugin != "hparams":
            self.content.others[plugin or "tensor"] += 1

    def _pictures(self, event: Any, tag: str, place: int, contents: list[bytes]) -> None:
        self.content.pictures.extend(
            Picture(tag, event.step, event.wall_time, place, number, content)
            for number, content in enumerate(contents)
            if content
        )


_NOTHING: Final = Points(
    [], np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0, np.int64)
)


def content_of(records: Records, columns_from: int = COLUMNS_FROM) -> Content:
    """Returns the content of the records; a record that is no event is counted in `others`.

    Fewer records than `columns_from` are parsed one by one, since finding their common layout would take longer.
    """
    points, others = _NOTHING, np.arange(len(records.starts))
    if len(others) >= columns_from:
        points, others = simple_points(records)
    read = _Read()
    for place, data in ((int(records.starts[index]), _data(records, int(index))) for index in others):
        try:
            read.event(Event.FromString(data), place)
        except DecodeError:
            read.content.others["unreadable"] += 1
    return read.content._replace(points=_with(points, read.scalars))


def _data(records: Records, index: int) -> bytes:
    start = int(records.starts[index])
    return records.piece[start : start + int(records.lengths[index])].tobytes()


def _with(points: Points, scalars: list[tuple[str, int, float, float, int]]) -> Points:
    if not scalars:
        return points
    names, steps, walls, values, places = zip(*scalars, strict=True)
    tags = {tag: number for number, tag in enumerate(dict.fromkeys([*points.tags, *names]))}
    more = Points(
        [], np.array([tags[name] for name in names], np.int32), *map(np.array, (steps, walls, values, places))
    )
    columns = [np.concatenate([one, other]) for one, other in zip(points[1:], more[1:], strict=True)]
    order = np.argsort(columns[-1], kind="stable")
    return points_of(list(tags), [column[order] for column in columns])


def _hparams(content: bytes) -> dict[str, str]:
    """Returns the hyperparameters of a session, as the HParams plugin stores them."""
    try:
        found = HParams.FromString(content).session_start_info.hparams
    except DecodeError:
        return {}
    return {name: _as_text(value) for name, value in sorted(found.items())}


def _as_text(value: Any) -> str:
    kind = value.WhichOneof("kind")
    if kind == "number_value":
        number = value.number_value
        return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
    return "" if kind in (None, "null_value") else str(getattr(value, kind))
