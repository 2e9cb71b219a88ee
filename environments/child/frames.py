"""An environment's picture as WebP, small enough to be sent many times a second."""

import io
from typing import Any, Final

import numpy as np
from PIL import Image

from domain.errors.environments.playing import FrameTooLarge, OutcomeMisfit
from environments.child.trouble import FAILED, Trouble
from environments.wire import PICTURE

LARGEST_SIDE: Final = 4096
MAX_BYTES: Final = 10_000
_QUALITIES: Final = (60, 40, 20)
_SMALLER: Final = 0.7
_NEAR_ENOUGH: Final = 1.3  # below that, scaling takes longer than encoding the larger picture
_MIN_SIDE: Final = 64
_PICTURE: Final = "uint8 [height, width, 3]"


class FrameEncoder:
    """Encodes pictures; for large ones it starts with the size that fit last time."""

    def __init__(self) -> None:
        self._quality = 0
        self._scale = 1.0

    def encoded(self, pixels: Any, longest_side: int) -> bytes:
        """Returns the size and the WebP, at most so many pixels a side; raises Trouble if it is no picture."""
        image = picture_of(pixels)
        while True:
            picture = scaled(image, longest_side * self._scale, _NEAR_ENOUGH)
            content = _webp(picture, _QUALITIES[self._quality])
            if len(content) <= MAX_BYTES or max(picture.size) <= _MIN_SIDE:
                return PICTURE.pack(*picture.size) + content
            self._lower()

    def _lower(self) -> None:
        if self._quality + 1 < len(_QUALITIES):
            self._quality += 1
        else:
            self._scale *= _SMALLER


def picture_of(pixels: Any) -> Image.Image:
    """Returns the result of `render` as a picture; raises Trouble if it is none, or too large."""
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or not _is_picture(pixels.shape):
        shape = f"{pixels.dtype} {list(pixels.shape)}" if isinstance(pixels, np.ndarray) else type(pixels).__name__
        raise Trouble(FAILED, OutcomeMisfit("render", shape, _PICTURE))
    height, width = pixels.shape[:2]
    if max(height, width) > LARGEST_SIDE:
        raise Trouble(FAILED, FrameTooLarge(width, height, LARGEST_SIDE))
    return Image.fromarray(pixels[..., :3] if pixels.ndim == 3 else pixels).convert("RGB")


def _is_picture(shape: tuple[int, ...]) -> bool:
    return len(shape) in (2, 3) and min(shape) > 0 and (len(shape) == 2 or shape[2] in (3, 4))


def scaled(image: Image.Image, longest_side: float, near_enough: float = 1.0) -> Image.Image:
    """Returns the picture, at most `near_enough` times as large."""
    factor = longest_side / max(image.size)
    if factor * near_enough >= 1:
        return image
    width, height = (max(1, round(side * factor)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)


def _webp(image: Image.Image, quality: int) -> bytes:
    written = io.BytesIO()
    image.save(written, "WEBP", quality=quality, method=0)
    return written.getvalue()
