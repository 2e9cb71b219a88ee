"""The layout of a line chart: axes with their units, title, fonts."""

from typing import Any, Final

from components.charts.scales import Scale
from components.charts.subjects import axis_name, axis_title, chart_title, step_name
from components.texts import words
from components.texts.language import _
from domain.charts.axes import Axis
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import ChartSpec
from domain.tools.profile import StepMeaning

# Whole numbers, for which thousands and millions read well.
COUNTED: Final = (Axis.STEP, Axis.EPISODES, Axis.ENV_STEPS)
_GREY = "rgba(128,128,128,0.25)"


def chart_layout(
    spec: ChartSpec,
    options: ChartOptions,
    scale: Scale,
    empty: str | None,
    *,
    legend: bool,
    as_logged: bool = False,
    y_axis: dict[str, Any] | None = None,
    step: StepMeaning | None = None,
) -> dict[str, Any]:
    """Returns the Plotly layout of the chart `spec`, optionally with a `legend`; `empty` is the text of a chart
    without lines.

    `y_axis` overrides the y axis. With `as_logged` the chart shows rates outside of 0 to 1 as they were logged.
    `step` is what a step counts in all lines, if known.
    """
    axis = {
        "gridcolor": _GREY,
        "zerolinecolor": _GREY,
        "linecolor": _GREY,
        # "hide" would measure every label on the page, at each drawing.
        "ticklabeloverflow": "allow",
        "visible": empty is None,
    }
    return {
        # At the left edge: on a phone the buttons begin where the plot ends. At the top, so that the lines of the
        # subtitle grow downwards.
        "title": {
            "text": chart_title(spec),
            "font": {"size": 14, "weight": 600},
            **{"x": 0, "xref": "container", "y": 1, "yref": "container", "yanchor": "top", "pad": {"l": 8, "t": 8}},
        },
        "xaxis": axis | _x_axis(options, scale, step, legend=legend),
        "yaxis": axis
        | {
            "title": {"text": axis_title(spec, as_logged=as_logged), "standoff": 8},
            "type": "log" if options.log_y else "linear",
            # A new scale resets the zoom; otherwise the reader's zoom survives every refresh.
            "uirevision": f"{options.log_y}",
        }
        | (y_axis or {}),
        "margin": {"l": 68, "r": 12, "t": 54, "b": 56},
        "hovermode": "x unified",
        "showlegend": legend,
        "legend": {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0, "font": {"size": 11}},
        # Text and background are set again by assets/clew_charts.css on a dark page; an exported PNG keeps these.
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "font": {"family": "system-ui, sans-serif", "color": "#212529"},
        "uirevision": "keep",
        "annotations": [] if empty is None else [_annotation(empty)],
    }


def _x_title(options: ChartOptions, scale: Scale, step: StepMeaning | None) -> str:
    if options.axis is Axis.STEP and scale.base:
        return _("Step − %(first)s", first=words.count(scale.base))
    if options.axis is Axis.RELATIVE_TIME:
        return _("Time since the start (%(unit)s)", unit=scale.unit.name if scale.unit else "s")
    return step_name(step) if options.axis is Axis.STEP else axis_name(options.axis)


def _x_axis(options: ChartOptions, scale: Scale, step: StepMeaning | None, *, legend: bool) -> dict[str, Any]:
    window, is_date = options.window, options.axis is Axis.WALL_TIME
    spec: dict[str, Any] = {
        # Automatic margins cost a third of the drawing time of a chart: only where a legend needs them.
        "automargin": legend,
        # Without automatic margins the distance counts from the axis, and a date has two rows of labels.
        "title": {"text": _x_title(options, scale, step), "standoff": 4 if legend else 34 if is_date else 20},
        # All charts share the window: zooming one sets the range of the others.
        "uirevision": f"{options.axis} {scale.base} {window.x_from} {window.x_to}",
        "type": "date" if options.axis is Axis.WALL_TIME else "linear",
    }
    if options.axis is not Axis.WALL_TIME:
        spec["tickformat"] = "~s" if options.axis in COUNTED else ""
    if window.x_from is not None and window.x_to is not None:
        spec |= {"range": [window.x_from, window.x_to], "autorange": False}
    return spec


def _annotation(text: str) -> dict[str, Any]:
    return {
        "text": text,
        "showarrow": False,
        "xref": "paper",
        "yref": "paper",
        "x": 0.5,
        "y": 0.5,
        "font": {"size": 13},
    }
