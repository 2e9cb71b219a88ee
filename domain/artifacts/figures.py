"""A Plotly figure that a run logged, as JSON or in an HTML page: the safe and bounded part of it that is drawn.

The figure is untrusted: a layout can load pictures of other hosts, add buttons that change everything, and hold links.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel

MAX_VALUES: Final = 200_000
MAX_TRACES: Final = 200
_DEEPEST: Final = 12
_LONGEST_TEXT: Final = 2_000
DRAWN: Final = ("scatter", "bar", "pie")
"""Kinds of traces that the pages' Plotly bundle draws; `scattergl` is drawn as `scatter`."""
# Attributes that load from other hosts, react, are controls, or change without a user's action.
_NEVER: Final = frozenset(
    (
        *("images", "source", "updatemenus", "sliders", "frames", "transforms", "stream", "ids", "uid", "modebar"),
        *("mapbox", "map", "geo", "scene", "polar", "ternary", "smith", "newshape", "newselection", "selections"),
        *("uirevision", "datarevision", "editrevision", "selectionrevision", "rangeslider", "computed"),
    )
)
# The page sets these.
_NOT_IN_LAYOUT: Final = frozenset(("width", "height", "autosize", "minreducedwidth", "minreducedheight"))
_LINK: Final = re.compile(r"</?\s*a\b[^>]*>?", re.IGNORECASE)
_PLOTTED: Final = re.compile(r"Plotly\.(?:newPlot|react)\(\s*")
_MAX_CALLS: Final = 200
_DTYPES: Final = {"i1": 1, "u1": 1, "i2": 2, "u2": 2, "i4": 4, "u4": 4, "f4": 4, "f8": 8, "c1": 1}


class FileFigure(BaseModel):
    """Traces and a layout for Plotly; `left_out` names the kinds of traces that are not drawn, `traces` counts all."""

    data: list[dict[str, Any]]
    layout: dict[str, Any]
    left_out: list[str] = []
    traces: int = 0


class TooManyValues(Exception):
    """The figure holds more values than a page should draw."""


def figure_of(value: Any) -> FileFigure | None:
    """Returns the figure in a JSON value; None if it is none. Raises `TooManyValues`."""
    if not _is_figure(value):
        return None
    traces = value["data"]
    kinds = [str(one.get("type") or "scatter")[:40] for one in traces]
    drawn = [_drawn(one, kind) for one, kind in zip(traces, kinds, strict=True) if _plain(kind) in DRAWN]
    if len(drawn) > MAX_TRACES:
        raise TooManyValues
    left = [MAX_VALUES]
    data = [_kept(one, left, 0) for one in drawn]
    layout = {name: one for name, one in (value.get("layout") or {}).items() if name not in _NOT_IN_LAYOUT}
    left_out = sorted({kind for kind in kinds if _plain(kind) not in DRAWN})
    return FileFigure(data=data, layout=_kept(layout, left, 0), left_out=left_out[:10], traces=len(traces))


def figure_in_page(text: str) -> FileFigure | None:
    """Returns the first figure drawn by a page that Plotly made; None where none can be read."""
    found = (figure_of(value) for value in _plotted(text))
    return next((figure for figure in found if figure is not None), None)


def _is_figure(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("data"), list):
        return False
    is_laid_out = isinstance(value.get("layout") or {}, dict)
    return bool(value["data"]) and is_laid_out and all(_is_trace(one) for one in value["data"])


def _is_trace(value: Any) -> bool:
    return isinstance(value, dict) and (isinstance(value.get("type"), str) or "x" in value or "y" in value)


def _plain(kind: str) -> str:
    return "scatter" if kind == "scattergl" else kind


def _drawn(trace: dict[str, Any], kind: str) -> dict[str, Any]:
    return trace | {"type": _plain(kind)}


def _kept(value: Any, left: list[int], depth: int) -> Any:
    """Returns the value without what is not allowed; `left` counts the values that may still be kept."""
    left[0] -= 1
    if left[0] < 0 or depth > _DEEPEST:
        raise TooManyValues
    if isinstance(value, dict):
        return _packed(value, left) if "bdata" in value else _object(value, left, depth)
    if isinstance(value, list):
        return [_kept(one, left, depth + 1) for one in value]
    if isinstance(value, str):
        return _LINK.sub("", value)[:_LONGEST_TEXT]
    # JSON has no NaN or infinity, but Python's parser reads them.
    return None if isinstance(value, float) and not -1e308 < value < 1e308 else value


def _object(value: dict[str, Any], left: list[int], depth: int) -> dict[str, Any]:
    return {name: _kept(one, left, depth + 1) for name, one in value.items() if name not in _NEVER}


def _packed(value: dict[str, Any], left: list[int]) -> dict[str, Any] | None:
    """Returns a packed array in Plotly's format without its shape: only one-dimensional arrays are drawn."""
    size, data = _DTYPES.get(str(value.get("dtype"))), value["bdata"]
    if size is None or not isinstance(data, str):
        return None
    left[0] -= len(data) * 3 // 4 // size
    if left[0] < 0:
        raise TooManyValues
    return {"dtype": value["dtype"], "bdata": data}


def _plotted(text: str) -> Iterator[Any]:
    """Yields data and layout of each plotting call whose JSON can be read."""
    decoder = json.JSONDecoder()
    for call, _number in zip(_PLOTTED.finditer(text), range(_MAX_CALLS), strict=False):
        try:
            _place, at = decoder.raw_decode(text, call.end())
            data, at = decoder.raw_decode(text, _next(text, at))
            layout, _at = decoder.raw_decode(text, _next(text, at))
        except (ValueError, RecursionError):
            continue
        yield {"data": data, "layout": layout}


def _next(text: str, at: int) -> int:
    """Returns where the next argument begins."""
    found = re.compile(r"\s*,\s*").match(text, at)
    return len(text) if found is None else found.end()
