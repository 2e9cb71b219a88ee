"""Reads a picture's size from its head, since a few bytes can unpack to a gigabyte."""

import struct
from typing import Final, NamedTuple

MAX_PIXELS: Final = 50_000_000
"""A picture of this many pixels takes 200 MB of a browser's memory."""


class PictureSize(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def is_sane(self) -> bool:
        """Whether a browser may unpack it."""
        return 0 < self.width * self.height <= MAX_PIXELS


def size_of(head: bytes) -> PictureSize | None:
    """Returns the size stated in the first bytes of a PNG, JPEG, GIF or WebP; None for other data."""
    try:
        if head.startswith(b"\x89PNG") and head[12:16] == b"IHDR":
            return PictureSize(*struct.unpack(">II", head[16:24]))
        if head.startswith(b"GIF8"):
            return PictureSize(*struct.unpack("<HH", head[6:10]))
        if head[8:12] == b"WEBP":
            return _of_webp(head)
        if head.startswith(b"\xff\xd8"):
            return _of_jpeg(head)
    except (struct.error, IndexError):
        return None
    return None


def _of_webp(head: bytes) -> PictureSize | None:
    kind = head[12:16]
    if kind == b"VP8X":
        return PictureSize(*(1 + int.from_bytes(head[at : at + 3], "little") for at in (24, 27)))
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return PictureSize((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return PictureSize(width & 0x3FFF, height & 0x3FFF)
    return None


def _of_jpeg(head: bytes) -> PictureSize | None:
    """Reads the size from the first frame's segment, which may follow comments and previews."""
    at = 2
    while at < len(head):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return PictureSize(width, height)
        at += 2 + int(struct.unpack(">H", head[at + 2 : at + 4])[0])
    return None
