"""The Plotly layout of a chart that grows in the browser."""

from typing import Any, Final

_GREY: Final = "rgba(128,128,128,0.25)"


def live_layout(title: str, x_title: str, y_title: str) -> dict[str, Any]:
    """Returns the layout of a chart with one line, its x axis from 0; a zoom of the viewer is kept over new points."""
    axis = {"gridcolor": _GREY, "zerolinecolor": _GREY, "linecolor": _GREY}
    return {
        "title": {"text": title, "x": 0, "xref": "paper", "font": {"size": 14, "weight": 600}},
        "xaxis": axis | {"title": {"text": x_title}, "rangemode": "tozero"},
        "yaxis": axis | {"title": {"text": y_title}},
        "margin": {"l": 60, "r": 12, "t": 40, "b": 48},
        "showlegend": False,
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "font": {"family": "system-ui, sans-serif", "color": "#212529"},
        "uirevision": "keep",
    }
