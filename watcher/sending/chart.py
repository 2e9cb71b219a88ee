"""Draws a run's curve as a small picture for a chat message."""

import io
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from domain.tracking.history import History

_WIDTH, _HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 34, 30
_INK, _FAINT, _LINE = (60, 64, 70), (222, 226, 230), (0, 114, 178)
_MAX_POINTS: Final = 560


def curve(history: History, title: str) -> bytes | None:
    """Returns a PNG of 640 × 240 of the finite points [n]; None if there are fewer than two."""
    finite = np.isfinite(history.value)
    step, value = history.step[finite].astype(np.float64), history.value[finite]
    if len(step) < 2:
        return None
    keep = np.unique(np.linspace(0, len(step) - 1, _MAX_POINTS).astype(np.intp))
    x, y = _placed(step[keep], _LEFT, _WIDTH - _RIGHT), _placed(value[keep], _HEIGHT - _BOTTOM, _TOP)
    image = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    draw.text((_LEFT, 10), title[:80], fill=_INK, font_size=14)
    for at, number in ((_HEIGHT - _BOTTOM, value.min()), (_TOP, value.max())):
        draw.line([(_LEFT, at), (_WIDTH - _RIGHT, at)], fill=_FAINT)
        draw.text((_LEFT - 8, at), f"{number:.4g}", fill=_INK, anchor="rm", font_size=12)
    for at, number, anchor in ((_LEFT, step.min(), "la"), (_WIDTH - _RIGHT, step.max(), "ra")):
        draw.text((at, _HEIGHT - _BOTTOM + 8), f"{number:.10g}", fill=_INK, anchor=anchor, font_size=12)
    draw.line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=_LINE, width=2, joint="curve")
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def _placed(values: NDArray[np.float64], first: int, last: int) -> NDArray[np.float64]:
    """Converts values [n] to pixel positions between `first` and `last`; to the middle if all are equal."""
    scaled = values / max(1.0, float(np.abs(values).max()))  # the difference of two large numbers may be infinite
    low, high = scaled.min(), scaled.max()
    share = np.full(len(values), 0.5) if high <= low else (scaled - low) / (high - low)
    return np.asarray(first + share * (last - first))
