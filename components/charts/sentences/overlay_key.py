"""Which dashes mean which metric, for a chart of several metrics without a legend."""

from typing import Final

from components.charts.names import plotly_text
from components.charts.subjects import subject_name
from components.colours import LineStyle, overlay_style
from components.texts.language import _
from domain.charts.chart_spec import ChartSpec

_DASHES: Final = {"solid": "───", "dot": "┈┈┈", "dash": "╌╌╌", "dashdot": "─·─", "longdash": "— —"}
_SYMBOLS: Final = {None: "", "circle": "●", "square": "■", "diamond": "◆", "triangle-up": "▲"}
_MAX: Final = 6
_NAME_WIDE: Final = 30
_PLAIN: Final = LineStyle("", "solid")


def overlay_key(spec: ChartSpec) -> list[str]:
    """Returns a dash and a name for each metric of a chart of several, in Plotly's markup.

    Empty for a chart of one.
    """
    if len(spec.of) == 1:
        return []
    entries = [
        f"{_mark(overlay_style(_PLAIN, place))} {plotly_text(subject_name(subject), _NAME_WIDE)}"
        for place, subject in enumerate(spec.of)
    ]
    return entries if len(entries) <= _MAX else [*entries[:_MAX], _("and %(n)s more", n=len(entries) - _MAX)]


def _mark(style: LineStyle) -> str:
    return _DASHES[style.dash] + _SYMBOLS[style.symbol]
