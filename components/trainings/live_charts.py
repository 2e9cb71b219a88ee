"""The two curves on the page of a training, empty at first; assets/training_curves.js extends them."""

from typing import Any, Final

from dash import dcc, html

from components import ids
from components.charts.chart_config import chart_config
from components.growing_chart import live_layout
from components.texts.language import _
from components.texts.words import metric_axis, metric_name
from domain.tracking.vocabulary import MetricWord

CURVES: Final[tuple[MetricWord, ...]] = ("reward", "success_rate")


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
            html.Figcaption(_("No values yet."), id=ids.live_chart_summary(word), className="visually-hidden"),
        ],
        className="chart-frame live-chart",
        **{"aria-label": metric_name(word)},
    )


def _layout(word: MetricWord) -> dict[str, Any]:
    return live_layout(metric_name(word), _("Episodes"), metric_axis(word))


def _nothing_yet() -> dict[str, Any]:
    middle = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "showarrow": False}
    return middle | {"text": _("Appears here as soon as it is logged."), "font": {"size": 13}}
