"""Traces in Plotly's encoding: columns as typed arrays, and exact values as text where Plotly would lose digits."""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components.charts.scales import Scale
from components.charts.y_scale import YScale


def encoded(trace: dict[str, Any], scale: Scale, y_scale: YScale) -> dict[str, Any]:
    """Returns the trace with its columns encoded for Plotly.

    Steps too large for Plotly to tell apart are added as text for the hover label.
    """
    x, placed = trace["x"], y_scale.placed(trace)
    meta = placed["meta"] | {"whole": x.dtype == np.int64}
    encoded = placed | {"x": _typed(x), "y": _typed(_short(placed["y"])), "meta": meta}
    if scale.base is None or not (template := trace.get("hovertemplate")):
        return encoded
    steps = [str(scale.base + (each if isinstance(each, int) else round(each))) for each in x.tolist()]
    return encoded | {"text": steps, "hovertemplate": template.replace("<extra>", " · %{text}<extra>")}


def column(encoded: dict[str, str]) -> list[Any]:
    """Returns the numbers of a typed array."""
    return list(np.frombuffer(base64.b64decode(encoded["bdata"]), encoded["dtype"]).tolist())


def points(trace: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Returns the x and y of an encoded trace as original steps and values, undoing the scaling of the axes."""
    x = [int(step) for step in trace["text"]] if "text" in trace else column(trace["x"])
    if trace["meta"]["whole"]:
        x = [int(step) for step in x]
    y = [row[-1] for row in trace["customdata"]] if "placed" in trace["meta"] else column(trace["y"])
    return list(zip(x, y, strict=True))


def _short(values: NDArray[np.float64]) -> NDArray[Any]:
    """Returns the values as 32-bit floats, unless some would become infinite or zero."""
    fit = np.abs(values).max(initial=0, where=np.isfinite(values)) < np.finfo(np.float32).max
    short = values.astype(np.float32) if fit else values
    return values if ((short == 0) & (values != 0)).any() else short


def _typed(column: NDArray[Any]) -> dict[str, str]:
    """Returns a column in Plotly's typed-array form, which has no 64-bit integers.

    Whole numbers that fit are sent as 32 bits.
    """
    if column.dtype == np.int64:
        column = column.astype(np.float64)
    if column.dtype == np.float64 and np.abs(column).max(initial=0) < 2**31 and (column % 1 == 0).all():
        column = column.astype(np.int32)
    return {"dtype": column.dtype.str[1:], "bdata": base64.b64encode(column.tobytes()).decode()}
