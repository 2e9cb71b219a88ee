"""An episode as one animation: WebP, or a GIF whose frames share one palette."""

import io
from collections.abc import Sequence
from typing import Any, Final

from PIL import Image

from domain.inference.saved_episodes import EpisodeFormat
from environments.child.frames import picture_of, scaled

MAX_FRAMES: Final = 900
MAX_BYTES: Final = 16 * 2**20
_COLOURS: Final = 128
_LOOKED_AT: Final = 8
_MIN_MS: Final = 20  # browsers show faster ones at a tenth of their rate
_QUALITY: Final = 70
_EFFORT: Final = 2  # of 0 to 6; more costs time and saves few bytes
_SMALLER: Final = 0.7


class Animation:
    """Collects frames, at most `MAX_FRAMES`, evenly spread over `count`."""

    def __init__(self, count: int, longest_side: int, frames_per_second: float) -> None:
        self._stride = max(1, -(-count // MAX_FRAMES), round(_MIN_MS * frames_per_second / 1000))
        self._milliseconds = 1000 * self._stride / frames_per_second
        self._side = longest_side
        self._count = count
        self._pictures: list[Image.Image] = []

    def wants(self, number: int) -> bool:
        """Returns whether the frame after so many steps is kept; the last one always is."""
        return number % self._stride == 0 or number == self._count

    def add(self, pixels: Any) -> None:
        """Adds a frame; raises Trouble if it is no picture."""
        self._pictures.append(scaled(picture_of(pixels), self._side))

    def encoded(self, form: EpisodeFormat) -> bytes:
        """Returns the animation, reduced in size until it has `MAX_BYTES` at most."""
        pictures, encode = self._pictures, _webp if form is EpisodeFormat.WEBP else _gif
        while True:
            content = encode(pictures, self._milliseconds)
            if len(content) <= MAX_BYTES:
                return content
            pictures = [_smaller(one) for one in pictures]


def _smaller(picture: Image.Image) -> Image.Image:
    return scaled(picture, max(picture.size) * _SMALLER)


def _webp(pictures: Sequence[Image.Image], milliseconds: float) -> bytes:
    first, *others = pictures
    written = io.BytesIO()
    first.save(
        written,
        "WEBP",
        save_all=True,
        append_images=others,
        duration=round(milliseconds),
        loop=0,
        quality=_QUALITY,
        method=_EFFORT,
    )
    return written.getvalue()


def _gif(pictures: Sequence[Image.Image], milliseconds: float) -> bytes:
    palette = _palette(pictures)
    first, *others = (one.quantize(palette=palette, dither=Image.Dither.NONE) for one in pictures)
    written = io.BytesIO()
    first.save(
        written, "GIF", save_all=True, append_images=others, duration=round(milliseconds), loop=0, optimize=False
    )
    return written.getvalue()


def _palette(pictures: Sequence[Image.Image]) -> Image.Image:
    """Returns the colours of some of the pictures, side by side."""
    some = pictures[:: max(1, len(pictures) // _LOOKED_AT)]
    width, height = some[0].size
    sheet = Image.new("RGB", (width * len(some), height))
    for number, picture in enumerate(some):
        sheet.paste(picture, (number * width, 0))
    return sheet.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE)
