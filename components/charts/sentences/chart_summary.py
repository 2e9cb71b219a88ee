"""A line chart in words, for readers who cannot see it."""

from collections.abc import Sequence

from components.texts import outcomes, words
from components.texts.language import _, ngettext
from domain.charts.curves import Curve
from domain.tracking.outcomes import survivors

# More lines would take too long to read out; the table next to the charts has every run.
MAX_SENTENCES = 10
Named = tuple[str, Sequence[Curve]]


def chart_summary(name: str, lines: Sequence[Named], *, nothing: str, remarks: Sequence[str] = ()) -> str:
    """Returns the summary of the chart called `name`: for each line its last value, range, number of points and where
    it diverged; then `remarks`.

    A line of several curves is a group of runs: it has a last value for each. `nothing` is the text of a chart
    without lines.
    """
    drawn = [(name, curves) for name, curves in lines if any(len(curve) for curve in curves)]
    if not drawn:
        return "; ".join([f"{name}: {nothing}", *remarks[:MAX_SENTENCES]])
    head = ngettext("%(metric)s, %(num)s line.", "%(metric)s, %(num)s lines.", len(drawn), metric=name)
    sentences = [_line(name, curves) for name, curves in drawn[:MAX_SENTENCES]]
    if len(drawn) > MAX_SENTENCES:
        sentences.append(_("and %(n)s more", n=len(drawn) - MAX_SENTENCES))
    return f"{head} {'; '.join([*sentences, *remarks[:MAX_SENTENCES]])}."


def _line(name: str, all_curves: Sequence[Curve]) -> str:
    curves = [curve for curve in all_curves if len(curve)]
    return ", ".join([_range_of(name, curves), *_ends(all_curves)])


def _ends(curves: Sequence[Curve]) -> list[str]:
    """Returns where the line diverged; for a group, how many of its runs remain from which step on."""
    ends = [curve.diverged for curve in curves]
    diverged = [end for end in ends if end is not None]
    if not diverged:
        return []
    return [outcomes.diverged(diverged[0]) if len(ends) == 1 else outcomes.survivors_text(len(ends), survivors(ends))]


def _range_of(name: str, curves: Sequence[Curve]) -> str:
    lasts = [float(curve.y[-1]) for curve in curves]
    return _(
        "%(name)s: last %(last)s, lowest %(lowest)s, highest %(highest)s, points: %(points)s",
        name=name,
        last=_range(min(lasts), max(lasts)),
        lowest=words.number(min(float(curve.y.min()) for curve in curves)),
        highest=words.number(max(float(curve.y.max()) for curve in curves)),
        points=words.count(sum(len(curve) for curve in curves)),
    )


def _range(low: float, high: float) -> str:
    return (
        words.number(low) if low == high else _("%(low)s to %(high)s", low=words.number(low), high=words.number(high))
    )
