"""Where a line ended because what it shows diverged: marked by a shape, named on hover, below the title, in words."""

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
    """Returns what makes a trace of last points one of marks.

    Hovering says where each of the curves `ended` diverged.
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
    """Returns whether a trace is one of marks, not of points.

    `customdata` says where each diverged, on screen and in files.
    """
    return bool(trace.get("marker", {}).get("symbol") == _SYMBOL)


def sentences_on_ends(curves: Sequence[Curve]) -> list[str]:
    """Returns what the curves together do not show.

    Those that diverged, points without a number, rates that are none.
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
    """Returns why nothing is drawn of what diverged from its first point on.

    None where something is, or nothing diverged.
    """
    if not curves or any(len(curve) for curve in curves):
        return None
    ends = [curve.diverged for curve in curves if curve.diverged is not None]
    return _("No finite value: %(ends)s", ends=outcomes.diverged(ends[0])) if ends else None


def is_as_logged(curves: Sequence[Curve]) -> bool:
    """Returns whether the chart is of rates outside of 0 to 1."""
    return any(curve.as_logged for curve in curves)
