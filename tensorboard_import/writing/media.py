"""Pictures and texts as files of a run, with the names that MLflow itself would use."""

import hashlib
from typing import Final

import numpy as np

from tensorboard_import.reading.events import Picture, Text
from tensorboard_import.writing.batches import unix_ms
from tensorboard_import.writing.names import allowed

_KINDS: Final = ((b"\x89PNG", "png"), (b"GIF8", "gif"), (b"\xff\xd8", "jpg"), (b"RIFF", "webp"))
_SUMMARY: Final = "/text_summary"
_LONGEST: Final = 120


def picture_path(picture: Picture, file_id: str) -> str:
    """Returns the path of a picture: always the same, so that importing it again makes no duplicate."""
    ms = int(unix_ms(np.array([picture.wall]))[0])
    kind = next((kind for sign, kind in _KINDS if picture.content.startswith(sign)), "png")
    own = hashlib.sha256(f"{file_id} {picture.place} {picture.number}".encode()).hexdigest()[:12]
    return f"images/{_key(picture.tag)}+step+{picture.step}+timestamp+{ms}+{own}.{kind}"


def text_path(text: Text) -> str:
    """Returns the path of a text, which TensorBoard shows as Markdown."""
    return f"text/{_key(text.tag.removesuffix(_SUMMARY))}_step_{text.step}.md"


def _key(tag: str) -> str:
    return allowed(tag).replace("/", "~").replace(":", "_")[:_LONGEST]
