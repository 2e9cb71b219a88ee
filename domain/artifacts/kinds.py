"""The kind of a file by its name and first bytes, and the media type that Clew serves it as."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from domain.artifacts.paths import name_of, suffix_of


class Kind(StrEnum):
    """How a file is shown."""

    PICTURE = "picture"
    VIDEO = "video"
    AUDIO = "audio"
    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    MARKDOWN = "markdown"
    HTML = "html"
    NOTEBOOK = "notebook"
    ONNX = "onnx"
    OTHER = "other"


_TEXTS: Final = (
    ".txt .log .out .err .yaml .yml .toml .ini .cfg .conf .py .sh .md5 .sha256 .xml .css .js .ts .c .h .cpp .go .rs"
    " .sql .jsonl .ndjson .diff .patch .rst .tex .env .properties .lock"
)
_NAMES: Final = ("MLmodel", "Dockerfile", "Makefile", "LICENSE", "README", "stdout", "stderr")
_KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"), Kind.PICTURE),
    **dict.fromkeys((".mp4", ".m4v", ".webm"), Kind.VIDEO),
    **dict.fromkeys((".mp3", ".wav", ".ogg"), Kind.AUDIO),
    **dict.fromkeys(_TEXTS.split(), Kind.TEXT),
    **dict.fromkeys((".csv", ".tsv"), Kind.CSV),
    **dict.fromkeys((".md", ".markdown"), Kind.MARKDOWN),
    **dict.fromkeys((".html", ".htm"), Kind.HTML),
    ".json": Kind.JSON,
    ".parquet": Kind.PARQUET,
    ".ipynb": Kind.NOTEBOOK,
    ".onnx": Kind.ONNX,
}
# Types that a browser shows by itself; all other files are served as text or downloaded. None of these can run scripts,
# since each answer with a file is sandboxed as well.
MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".webm": "video/webm",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".ogg": "audio/ogg",
}
_AS_TEXT: Final = frozenset({Kind.TEXT, Kind.JSON, Kind.CSV, Kind.MARKDOWN, Kind.NOTEBOOK})
_HEADS: Final[Mapping[str, tuple[tuple[int, bytes], ...]]] = {
    ".png": ((0, b"\x89PNG\r\n\x1a\n"),),
    ".jpg": ((0, b"\xff\xd8\xff"),),
    ".jpeg": ((0, b"\xff\xd8\xff"),),
    ".gif": ((0, b"GIF87a"), (0, b"GIF89a")),
    ".webp": ((8, b"WEBP"),),
    ".mp4": ((4, b"ftyp"), (4, b"moov"), (4, b"mdat"), (4, b"free"), (4, b"wide")),
    ".m4v": ((4, b"ftyp"),),
    ".webm": ((0, b"\x1aE\xdf\xa3"),),
    ".parquet": ((0, b"PAR1"),),
    ".onnx": ((0, b"\x08"),),
    ".wav": ((8, b"WAVE"),),
    ".ogg": ((0, b"OggS"),),
}
HEAD_BYTES: Final = 4096


def kind_of(path: str) -> Kind:
    """Returns the kind of a file by its name."""
    if name_of(path) in _NAMES:
        return Kind.TEXT
    return _KINDS.get(suffix_of(path), Kind.OTHER)


def media_type(path: str) -> str:
    """Returns the media type a file is served as: active content as text, unknown kinds as bytes."""
    if (found := MEDIA_TYPES.get(suffix_of(path))) is not None:
        return found
    kind = kind_of(path)
    if kind is Kind.HTML:
        return "text/html; charset=utf-8"
    return "text/plain; charset=utf-8" if kind in _AS_TEXT else "application/octet-stream"


def begins_as_named(path: str, head: bytes) -> bool:
    """Returns whether the first bytes match the kind that the name suggests, where that can be checked."""
    suffix = suffix_of(path)
    if suffix == ".svg":
        return b"<svg" in head and is_text(head)
    if suffix in _HEADS:
        return any(head[at : at + len(magic)] == magic for at, magic in _HEADS[suffix])
    return kind_of(path) in (Kind.OTHER, Kind.AUDIO) or is_text(head)


def is_text(head: bytes) -> bool:
    """Returns whether a file with this beginning is text in UTF-8 or another encoding that extends ASCII."""
    if b"\0" in head:
        return False
    try:
        head[:-4].decode() if len(head) >= HEAD_BYTES else head.decode()
    except UnicodeDecodeError as error:
        # The head was cut within its last character, or the text is Latin-1 with a few non-ASCII letters.
        return error.start >= len(head) - 8 or _mostly_ascii(head)
    return True


def _mostly_ascii(head: bytes) -> bool:
    odd = sum(byte > 0x7E or (byte < 0x20 and byte not in b"\t\r\n\x1b\x08\x0c") for byte in head)
    return odd * 10 < len(head)
