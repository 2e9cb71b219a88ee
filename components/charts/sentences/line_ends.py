"""The end of a line that diverged: marked by a symbol, and named on hover, in the subtitle and in the summary."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from components.charts.names import plotly_text
from components.colours import LineStyle
from components.texts import outcomes, words
from components.texts.language import _, ngettext
from domain.charts.curves import Curve

END_SIGN: Final = "✕"
_SYMBOL: Final = "x-thin"


def end_mark(style: LineStyle, ended: Sequence[Curve]) -> dict[str, Any]:
    """Returns the properties that draw a trace of last points as end marks.

    Hovering shows where each of the curves `ended` diverged.
    """
    ends = [curve.diverged for curve in ended if curve.diverged is not None]
    return {
        "mode": "markers",
        "marker": {"symbol": _SYMBOL, "size": 11, "line": {"color": style.colour, "width": 3}},
        "cliponaxis": False,
        "customdata": [[plotly_text(outcomes.diverged(end)), outcomes.machine_text(end)] for end in ends],
        "hovertemplate": END_SIGN + " %{customdata[0]}<extra>%{fullData.name}</extra>",
    }


def is_end_mark(trace: Mapping[str, Any]) -> bool:
    """Returns whether a trace consists of end marks instead of points.

    Its `customdata` holds where each curve diverged, as displayed text and as text for files.
    """
    return bool(trace.get("marker", {}).get("symbol") == _SYMBOL)


def sentences_on_ends(curves: Sequence[Curve]) -> list[str]:
    """Returns sentences about what the curves do not show.

    These are divergences, points without a finite value, and rates outside of 0 to 1.
    """
    ends = [curve.diverged for curve in curves if curve.diverged is not None]
    gaps = sum(curve.gaps for curve in curves)
    sentences = []
    if len(curves) == 1:
        sentences += [f"{END_SIGN} {outcomes.diverged(end)}" for end in ends]
    elif ends:
        sentences.append(_("%(sign)s diverged: %(n)s of %(runs)s", sign=END_SIGN, n=len(ends), runs=len(curves)))
    if gaps:
        sentences.append(
            ngettext(
                "%(count)s point without a finite value is not drawn",
                "%(count)s points without a finite value are not drawn",
                gaps,
                count=words.count(gaps),
            )
        )
    if is_as_logged(curves):
        sentences.append(_("outside of 0–1: drawn as logged"))
    return sentences


def nothing_finite(curves: Sequence[Curve]) -> str | None:
    """Returns the text of a chart whose curves all diverged at their first point.

    None if something is drawn, or nothing diverged.
    """
    if not curves or any(len(curve) for curve in curves):
        return None
    ends = [curve.diverged for curve in curves if curve.diverged is not None]
    return _("No finite value: %(ends)s", ends=outcomes.diverged(ends[0])) if ends else None


def is_as_logged(curves: Sequence[Curve]) -> bool:
    """Returns whether the chart shows rates outside of 0 to 1 as they were logged."""
    return any(curve.as_logged for curve in curves)
