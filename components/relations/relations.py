"""The section on relations below the list of runs; assets/relations.js fills it."""

from typing import Any, Final

from dash import dcc, html

from components import ids
from components.links import run_href
from components.run_rows.list_columns import columns
from components.texts.language import _

# The browser fills in the numbers.
_N: Final = {"n": "{n}"}
_NAME: Final = {"name": "{name}"}


def section() -> html.Section:
    """Returns the section with its heading; its content is fetched once a part is opened, by hand or by the address."""
    return html.Section(
        [
            html.H2(_("Relations of these runs"), className="h5 mt-4"),
            html.Div(id=ids.RELATIONS, className="relations"),
            dcc.Store(id=ids.RELATIONS_TEXTS, data=texts()),
        ],
        id=ids.RELATIONS_PLACE,
    )


def texts() -> dict[str, Any]:
    """Returns all texts of the section in the reader's language."""
    return {
        **_headings(),
        **_fields(),
        **_sentences(),
        "built_in": {column.key: column.name for column in columns()},
        "run_page": run_href("RUN_ID"),
    }


def _headings() -> dict[str, str]:
    return {
        "scatter": _("Scatter plot"),
        "parallel": _("Parallel coordinates"),
        "in_numbers": _("As numbers"),
        "axis": _("Axis"),
        "values": _("Values"),
        "least": _("Minimum"),
        "greatest": _("Maximum"),
        "kind_param": _("{key} (parameter)"),
        "kind_tag": _("{key} (tag)"),
        "kind_metric": _("{key} (last)"),
        "kind_least": _("{key} (minimum)"),
        "kind_greatest": _("{key} (maximum)"),
    }


def _fields() -> dict[str, str]:
    return {
        "x_column": _("x axis"),
        "y_column": _("y axis"),
        "c_column": _("Colour"),
        "log": _("%(name)s logarithmic", **_NAME),
        "from": _("%(name)s from", **_NAME),
        "to": _("%(name)s to", **_NAME),
        "only": _("Values of %(name)s", **_NAME),
        "all": _("All values"),
        "add": _("Add an axis"),
        "earlier": _("Move %(name)s to the left", **_NAME),
        "later": _("Move %(name)s to the right", **_NAME),
        "remove": _("Remove the axis %(name)s", **_NAME),
        "drag": _("Dragging selects the runs in a"),
        "box": _("box"),
        "lasso": _("lasso"),
        "whole": _("Reset the ranges"),
        "tick_shown": _("Select the runs shown (%(n)s)", **_N),
        "tick_ranges": _("Select the runs in the ranges (%(n)s)", **_N),
        "in_runs": _("runs: %(n)s", **_N),
    }


def _sentences() -> dict[str, str]:
    return {
        "runs": _("%(left)s of %(total)s runs match the filter.", left="{left}", total="{total}"),
        "newest": _("Only the first %(n)s of them are drawn.", **_N),
        "loading": _("The list of runs is still being read."),
        "on_show": _("On these axes: %(n)s.", **_N),
        "in_ranges": _("In the ranges: %(n)s.", **_N),
        "some_lines": _(
            "%(n)s of %(all)s lines are drawn, evenly chosen; selections apply to all.", n="{n}", all="{all}"
        ),
        "without": _("Not placed on %(name)s: %(why)s.", name="{name}", why="{why}"),
        "none": _("%(n)s with no value", **_N),
        "diverged": _("%(n)s diverged", **_N),
        "out_of_range": _("%(n)s out of range", **_N),
        "no_number": _("%(n)s with no number (%(words)s)", **_N, words="{words}"),
        "pending": _("%(n)s still loading", **_N),
        "not_positive": _("%(n)s not above zero, which has no logarithm", **_N),
        "others": _("%(n)s others", **_N),
        "choose_axes": _("Choose a column for each axis."),
        "add_axes": _("Add the axes."),
    }
