"""The two curves on the page of a training, empty at first; assets/training_curves.js extends them."""

from typing import Any, Final

from dash import dcc, html

from components import ids
from components.charts.chart_config import chart_config
from components.texts.language import _
from components.texts.words import metric_axis, metric_name
from domain.tracking.vocabulary import MetricWord

CURVES: Final[tuple[MetricWord, ...]] = ("reward", "success_rate")
_GREY: Final = "rgba(128,128,128,0.25)"


def place() -> html.Div:
    """Returns the placeholders of the charts."""
    return html.Div([_chart(word) for word in CURVES], className="charts mt-2")


def layouts() -> dict[str, dict[str, Any]]:
    """Returns the layout of each chart, by its metric word."""
    return {word: _layout(word) for word in CURVES}


def _chart(word: MetricWord) -> html.Figure:
    return html.Figure(
        [
            dcc.Graph(
                id=ids.live_chart(word),
                figure={"data": [], "layout": _layout(word) | {"annotations": [_nothing_yet()]}},
                config=chart_config(["toImage"]),
                className="chart",
                responsive=True,
            ),
            html.Figcaption(
                _("Nothing is known of it yet."), id=ids.live_chart_summary(word), className="visually-hidden"
            ),
        ],
        className="chart-frame live-chart",
        **{"aria-label": metric_name(word)},
    )


def _layout(word: MetricWord) -> dict[str, Any]:
    axis = {"gridcolor": _GREY, "zerolinecolor": _GREY, "linecolor": _GREY}
    return {
        "title": {"text": metric_name(word), "x": 0, "xref": "paper", "font": {"size": 14, "weight": 600}},
        "xaxis": axis | {"title": {"text": _("Episodes")}, "rangemode": "tozero"},
        "yaxis": axis | {"title": {"text": metric_axis(word)}},
        "margin": {"l": 60, "r": 12, "t": 40, "b": 48},
        "showlegend": False,
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "font": {"family": "system-ui, sans-serif", "color": "#212529"},
        "uirevision": "keep",
    }


def _nothing_yet() -> dict[str, Any]:
    middle = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "showarrow": False}
    return middle | {"text": _("Drawn as soon as it is logged."), "font": {"size": 13}}
