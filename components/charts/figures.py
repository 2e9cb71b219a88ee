"""One chart of some runs as a figure: its lines, the sentences below its title, and why it is empty."""

from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

from components.charts.charts import line_chart
from components.charts.known import KnownHistories
from components.charts.lines import overlaid
from components.charts.scales import scale_of
from components.charts.sentences.remarks import remarks
from components.charts.subjects import axis_name
from components.texts.language import _
from domain.charts.axes import Axis, XAxis, is_counted
from domain.charts.axis_hints import shared_step
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import ChartSpec
from domain.charts.curves import Window
from domain.charts.history_curves import CurveSource, history_curve
from domain.tracking.runs import Run

# The durations of so many metrics are enough to know how long a run went on: all end at about the same time.
_MAX_TIMED_METRICS: Final = 30


def figure(
    spec: ChartSpec,
    runs: Sequence[Run],
    known: KnownHistories,
    options: ChartOptions,
    *,
    still_loading: bool = False,
    sampled: bool = False,
    width: int | None = None,
    window: Window | None = None,
    sentences: Sequence[str] = (),
    curve_of: CurveSource = history_curve,
) -> dict[str, Any]:
    """Returns the chart `spec` of `runs` from the histories in `known`; `curve_of` makes the curves.

    `window` is the visible part, in the axis's own unit; `sentences` are added below the title.
    """
    lines = overlaid(spec.of, runs, known, options, curve_of)
    curves = [curve for line in lines for curve in line.curves]
    longest = longest_seconds(runs, known.latest) if options.axis is Axis.RELATIVE_TIME else 0.0
    scale = scale_of(curves, options, longest)
    if window is not None:
        options = options.model_copy(update={"window": scale.window(window)})
    # Different subjects often lead to the same remark.
    remarks_once = dict.fromkeys(
        one for each in spec.of for one in remarks(each, runs, known, options, scale, curve_of)
    )
    nothing = _("Loading…") if still_loading else "<br>".join(remarks_once) or why_empty(options.axis, len(runs))
    return line_chart(
        spec,
        lines,
        nothing=nothing,
        options=options,
        sampled=sampled,
        scale=scale,
        remarks=[*sentences, *remarks_once],
        width=width,
        step=shared_step(spec.of, runs, known.vocabulary),
    )


def why_empty(axis: XAxis, runs: int) -> str:
    """Returns the sentence that no run has any point to draw on `axis`."""
    if is_counted(axis):
        if isinstance(axis, Axis):
            return _("None of these runs logged this metric, or what counts this axis.")
        return _("None of these runs logged this metric together with %(axis)s.", axis=axis_name(axis))
    return _("This run did not log this metric.") if runs == 1 else _("None of these runs logged this metric.")


def longest_seconds(runs: Sequence[Run], latest: int) -> float:
    """Returns how long the longest of the runs kept logging, in seconds.

    All charts of them share the time unit that fits it.
    """
    return max((_seconds(run, latest) for run in runs), default=0.0)


def _seconds(run: Run, latest: int) -> float:
    if run.started_at is None:
        return 0.0
    points = (run.metrics[key] for key in islice(run.metrics, _MAX_TIMED_METRICS))
    times = [point.timestamp for point in points if point.timestamp <= latest]
    return max(times, default=0) / 1000 - run.started_at.timestamp()
