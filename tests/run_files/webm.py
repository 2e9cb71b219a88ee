"""Writes WebM videos without an encoder: each frame is the VP8 picture inside a WebP file, so each can be sought."""

import io
import struct
from collections.abc import Sequence

from PIL import Image

FRAMES_PER_SECOND = 25
_FRAME_MS = 1000 // FRAMES_PER_SECOND


def film(frames: Sequence[bytes], width: int, height: int) -> bytes:
    """Returns a video of these VP8 pictures, 25 a second, with an index of all of them."""
    info = _master(0x1549A966, _uint(0x2AD7B1, 1_000_000), _float(0x4489, len(frames) * _FRAME_MS), *_makers())
    picture = _master(0xE0, _uint(0xB0, width), _uint(0xBA, height))
    each = _uint(0x23E383, _FRAME_MS * 1_000_000)  # or a browser reads megabytes to find it out
    track = _master(0xAE, _uint(0xD7, 1), _uint(0x73C5, 1), _uint(0x83, 1), _element(0x86, b"V_VP8"), each, picture)
    before = info + _master(0x1654AE6B, track)
    clusters = [_cluster(number * _FRAME_MS, frame) for number, frame in enumerate(frames)]
    # The size of the index does not depend on its content: all its numbers are eight bytes long.
    at = len(before) + len(_cues([0] * len(frames)))
    places = []
    for cluster in clusters:
        places.append(at)
        at += len(cluster)
    return _head() + _master(0x18538067, before, _cues(places), *clusters)


def shade(level: int, size: int = 64) -> bytes:
    """Returns a VP8 picture of one grey, 0 to 255."""
    return vp8(Image.new("RGB", (size, size), (level, level, level)))


def vp8(picture: Image.Image, quality: int = 60) -> bytes:
    """Returns the VP8 frame of a picture."""
    kept = io.BytesIO()
    picture.save(kept, "WEBP", quality=quality, method=0)
    content = kept.getvalue()
    assert content[12:16] == b"VP8 "
    return content[20 : 20 + int.from_bytes(content[16:20], "little")]


def _head() -> bytes:
    numbers = (_uint(0x4286, 1), _uint(0x42F7, 1), _uint(0x42F2, 4), _uint(0x42F3, 8))
    return _master(0x1A45DFA3, *numbers, _element(0x4282, b"webm"), _uint(0x4287, 2), _uint(0x4285, 2))


def _makers() -> tuple[bytes, bytes]:
    return _element(0x4D80, b"clew"), _element(0x5741, b"clew")


def _cues(places: Sequence[int]) -> bytes:
    points = (
        _master(0xBB, _uint(0xB3, number * _FRAME_MS), _master(0xB7, _uint(0xF7, 1), _uint(0xF1, place)))
        for number, place in enumerate(places)
    )
    return _master(0x1C53BB6B, *points)


def _cluster(moment: int, frame: bytes) -> bytes:
    block = b"\x81" + struct.pack(">hB", 0, 0x80) + frame
    return _master(0x1F43B675, _uint(0xE7, moment), _element(0xA3, block))


def _master(code: int, *parts: bytes) -> bytes:
    return _element(code, b"".join(parts))


def _uint(code: int, value: int) -> bytes:
    return _element(code, struct.pack(">Q", value))


def _float(code: int, value: float) -> bytes:
    return _element(code, struct.pack(">d", value))


def _element(code: int, content: bytes) -> bytes:
    name = code.to_bytes((code.bit_length() + 7) // 8, "big")
    return name + (len(content) | 1 << 56).to_bytes(8, "big") + content
