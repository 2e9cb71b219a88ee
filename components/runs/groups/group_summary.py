"""How the compared runs are grouped, in sentences, with buttons that group them otherwise."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dash import html

from components.charts.lines import line_name
from components.charts.names import shortened
from components.runs.groups.group_texts import ref_name, run_specific_text
from components.texts import words
from components.texts.language import _, ngettext
from domain.charts.chart_options import ChartOptions
from domain.grouping.candidates import Candidate
from domain.grouping.group_ref import ALL_RUNS, group_ref
from domain.grouping.suggestions import Suggestion
from domain.tracking.grouping import Group
from domain.tracking.runs import Run

_MAX_LEFT_OUT: Final = 20


def summary(
    groups: Sequence[Group] | None,
    by: Sequence[str],
    options: ChartOptions,
    found: Sequence[Candidate],
    offered: Sequence[Suggestion],
    alone: Sequence[Run],
) -> list[Any]:
    """Returns how the runs are grouped, what is ignored, and suggestions if no group has several runs."""
    if groups is None:
        sentence = _("No run logged a seed, so it is unknown which runs repeat each other. Group them:")
        return [_line([sentence, *_offers(offered)]), *_shown_alone(alone)]
    refs = [group_ref(text) for text in by]
    names = ", ".join(ref_name(ref) for ref in refs) or _("all runs")
    lines = [_line([_sizes(groups), " ", _("Grouped by: %(names)s.", names=names), *_back(options)])]
    if all(len(group.run_ids) == 1 for group in groups) and len(groups) > 1:
        lines.append(_line([_("Each group has only one run."), *_offers(offered)]))
    if not options.group:
        lines += _left_out([each for each in found if each.left_out is not None and each.ref.kind == "param"])
    return [*lines, *_shown_alone(alone)]


def _line(parts: Sequence[Any]) -> html.Div:
    # Spaces instead of margins: a button that wraps begins at the edge.
    return html.Div([piece for part in parts for piece in (part, " ")], className="group-line")


def _sizes(groups: Sequence[Group]) -> str:
    least, most = (pick(len(group.run_ids) for group in groups) for pick in (min, max))
    count = ngettext("%(num)s group", "%(num)s groups", len(groups))
    sizes = words.count(most) if least == most else _("%(low)s to %(high)s", low=least, high=most)
    return _("%(groups)s (runs in each: %(sizes)s).", groups=count, sizes=sizes)


def _back(options: ChartOptions) -> list[Any]:
    return [_button(_("Group automatically"), {"data-group-default": "true"})] if options.group else []


def _left_out(found: Sequence[Candidate]) -> list[Any]:
    """Returns the ignored parameters, each with a button that includes it."""
    if not found:
        return []
    parts = [
        _button(f"{shortened(each.ref.key)} ({run_specific_text(each.left_out)})", {"data-group-add": str(each.ref)})
        for each in found[:_MAX_LEFT_OUT]
        if each.left_out is not None
    ]
    rest = [" ", _("and %(n)s more", n=len(found) - _MAX_LEFT_OUT)] if len(found) > _MAX_LEFT_OUT else []
    return [_line([_("Left out; click one to include it:"), *parts, *rest])]


def _offers(offered: Sequence[Suggestion]) -> list[Any]:
    return [_button(_offer(each), {"data-group": str(each.ref)}) for each in offered]


def _offer(suggestion: Suggestion) -> str:
    """Returns the text of a suggestion, such as "By name: ppo-cartpole (5 runs)"."""
    if suggestion.ref.key == ALL_RUNS:
        return _("All as one group")
    if suggestion.groups == 1:
        return _("By name: all are %(name)s", name=shortened(suggestion.value or words.MISSING))
    groups = ngettext("%(num)s group", "%(num)s groups", suggestion.groups)
    return _("By %(what)s: %(groups)s", what=ref_name(suggestion.ref), groups=groups)


def _shown_alone(alone: Sequence[Run]) -> list[Any]:
    if not alone:
        return []
    shown = [_button(f"{shortened(line_name(run))} ×", _removes(run)) for run in alone]
    return [_line([_("Shown alone as well as in their group:"), *shown])]


def _removes(run: Run) -> Mapping[str, str]:
    return {"data-alone": run.run_id, "aria-label": _("Stop showing %(name)s alone", name=line_name(run))}


def _button(text: str, data: Mapping[str, str]) -> html.Button:
    return html.Button(text, type="button", className="btn btn-sm btn-outline-secondary", **data)
