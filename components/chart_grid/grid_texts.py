"""The texts of a grid of charts, in the reader's language; the browser fills in `{…}`."""

from typing import Any, get_args

from components.texts import words
from components.texts.language import _
from domain.charts.axes import Axis
from domain.tracking.tool_names import FamilyWord
from domain.tracking.vocabulary import MetricWord

OFFERED: tuple[MetricWord, ...] = (
    *("eval_reward", "eval_success_rate", "eval_episode_length"),
    *("policy_loss", "value_loss", "entropy", "kl", "learning_rate", "exploration_rate", "gradient_norm", "throughput"),
)


def grid_texts() -> dict[str, Any]:
    """Returns all texts of the grid, with the names of the metric words."""
    return {
        "words": {word: words.metric_name(word) for word in get_args(MetricWord)},
        "offered": list(OFFERED),
        "families": families(),
        **_of_the_grid(),
        **_of_a_chart(),
        **_of_the_picker(),
    }


def families() -> dict[FamilyWord, str]:
    """Returns the headings of metrics that are logged once per agent, policy or term."""
    return {
        "agent_return": _("Return per agent"),
        "module_return": _("Return per policy"),
        "module_loss": _("Loss per policy"),
        "reward_term": _("Terms of the reward"),
    }


def _of_the_grid() -> dict[str, Any]:
    return {
        "add_charts": _("Add charts…"),
        "whole": _("Reset the zoom"),
        "reset": _("Back to the default charts"),
        "without": _("None of these runs logged: {names}."),
        "no_prefix": _("without a prefix"),
        "no_catalogue": _("The list of metrics could not be loaded."),
        "axes": {Axis.ENV_STEPS: _("Environment steps"), Axis.EPISODES: _("Episodes"), Axis.STEP: _("Step")},
        "hint": _("The steps of these runs count different things: drawn over “{axis}” instead."),
        "hint_of_tools": _("These runs come from several tools: drawn over “{axis}”, which means the same in all."),
        "hint_of_steps": _("The steps of these runs count different things; “{axis}” means the same in all of them."),
        "use_axis": _("Draw over “{axis}”"),
        "added": _("Charts added: {n}. There are {all} now."),
        "removed": _("{chart} is removed."),
        "moved": _("{chart} is at place {n} of {all}."),
        "legend": _("Lines of all charts"),
        "legend_hint": _("Click: hide or show. Double-click or Shift+Enter: alone."),
        "show_all_lines": _("Show all lines"),
    }


def _of_a_chart() -> dict[str, str]:
    return {
        "loading": _("Loading…"),
        "retry": _("Retry"),
        "no_answer": _("Clew does not answer. What is drawn may be out of date."),
        "menu": _("Menu"),
        "menu_of": _("Menu: {chart}"),
        "drag": _("Drag to another place"),
        "log": _("Logarithmic y"),
        "range": _("Range of y…"),
        "overlay": _("Draw a metric over it…"),
        "overlay_on": _("Draw over {chart}"),
        "larger": _("Large, with more points"),
        "pin_top": _("Pin to the top"),
        "earlier": _("Move forward"),
        "later": _("Move back"),
        "add": _("Add to the charts on top"),
        "png": _("Download as PNG"),
        "csv": _("All points (CSV)"),
        "remove": _("Remove"),
        "y_title": _("Range of y: {chart}"),
        "y_from": _("From"),
        "y_to": _("To"),
        "y_backwards": _("The end of the range must be greater than its start."),
        "apply": _("Apply"),
        "automatic": _("Fit to the values"),
        "cancel": _("Cancel"),
    }


def _of_the_picker() -> dict[str, str]:
    return {
        "pick": _("Add charts"),
        "pick_axis": _("A metric as the x axis"),
        "find": _("Find metrics: a part of the name, or /an expression/"),
        "expression": _("Regular expression"),
        "bad_expression": _("This is not a valid regular expression: {cause}"),
        "found": _("{n} of {all} metrics"),
        "in_runs": _("in {n} of {runs} runs"),
        "pin": _("Pin"),
        "add_all": _("Add all {n}"),
        "sure": _("That makes {n} charts. Add them all"),
        "done": _("Done"),
    }
