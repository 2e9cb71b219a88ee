"""The picker of what makes a group: parameters in which the compared runs differ, and suggested groupings."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import ids
from components.charts.lines import line_name
from components.charts.names import shortened
from components.texts import words
from components.texts.language import _, ngettext
from domain.charts.chart_options import ChartOptions
from domain.grouping.candidates import Candidate
from domain.grouping.group_ref import ALL_RUNS, GroupRef, group_ref
from domain.grouping.run_specific import RunSpecific
from domain.grouping.suggestions import NAME_WITHOUT_NUMBER, Suggestion
from domain.tracking.grouping import Group
from domain.tracking.runs import Run

# More are not readable; the search box finds the others.
MOST_SHOWN: Final = 100
_MOST_LEFT_OUT: Final = 20
# Cannot be a run's id; an empty value would be drawn as no choice at all.
NO_RUN: Final = "*"


def picker(options: ChartOptions) -> html.Section:
    """Returns the picker's section below the controls of the comparison, hidden until its runs are grouped."""
    return html.Section(
        [
            html.Div(id=ids.GROUP_SUMMARY, className="mb-2", **{"aria-live": "polite"}),
            html.Details(
                [html.Summary(_("Choose what makes a group")), html.Div(_choices(options), className="group-choices")],
                className="mb-2",
            ),
            dcc.Store(id=ids.GROUP_CHOICE, data=_chosen(options)),
            dcc.Store(id=ids.GROUP_DEFAULT, data=[]),
            dcc.Store(id=ids.GROUP_PATTERN_READ),
        ],
        id=ids.GROUP_PICKER,
        className="group-picker small",
        hidden=not options.grouped,
        **{"aria-label": _("Groups of runs")},
    )


def _chosen(options: ChartOptions) -> dict[str, Any]:
    return options.model_dump(mode="json", include={"grouped", "group", "alone"})


def _choices(options: ChartOptions) -> list[Any]:
    named = next((ref.key for ref in map(group_ref, options.group) if ref.kind == "name"), "")
    return [
        _labelled(ids.GROUP_SEARCH, _("Find a parameter or tag"), type="search"),
        html.Div(
            dbc.Checklist(id=ids.GROUP_REFS, options=[], value=[], class_name="group-refs"),
            role="group",
            **{"aria-label": _("What makes a group")},
        ),
        html.Div(id=ids.GROUP_MORE),
        _labelled(ids.GROUP_PATTERN, _("Pattern in the name"), type="text", value=named, placeholder=r"^(.*)-\d+$"),
        html.Div(id=ids.GROUP_PATTERN_ERROR, role="status", className="text-danger-emphasis"),
        html.Div(
            [
                dbc.Label(_("Also show a run alone"), html_for=ids.ALONE, class_name="mb-0"),
                dbc.Select(id=ids.ALONE, options=[], value=NO_RUN, size="sm"),
            ]
        ),
    ]


def _labelled(component_id: str, label: str, **how: Any) -> html.Div:
    return html.Div(
        [
            dbc.Label(label, html_for=component_id, class_name="mb-0"),
            # Sent on Enter or when the field loses focus: each letter of a pattern would be another grouping.
            dbc.Input(id=component_id, size="sm", debounce=how["type"] == "text", autoComplete="off", **how),
        ]
    )


def options_of(found: Sequence[Candidate], sought: str, chosen: Sequence[str]) -> tuple[list[dict[str, Any]], str]:
    """Returns the checkboxes that match `sought`, chosen ones first, and a sentence about those not shown."""
    hits = [each for each in found if sought.casefold() in each.ref.key.casefold()]
    hits.sort(key=lambda each: (str(each.ref) not in chosen, each.left_out is not None))
    more = len(hits) - MOST_SHOWN
    sentence = _("and %(n)s more: type to find them", n=words.count(more)) if more > 0 else ""
    if not hits:
        sentence = _("No difference has this name.") if sought else _("The runs do not differ.")
    return [{"label": _counted(each), "value": str(each.ref)} for each in hits[:MOST_SHOWN]], sentence


def _counted(candidate: Candidate) -> str:
    values = ngettext("%(num)s value", "%(num)s values", candidate.values)
    parts = [ref_name(candidate.ref), values]
    if candidate.missing:
        parts.append(ngettext("missing in %(num)s run", "missing in %(num)s runs", candidate.missing))
    if candidate.left_out is not None:
        parts.append(_why(candidate.left_out))
    return " · ".join(parts)


def ref_name(ref: GroupRef) -> str:
    """Returns the displayed name of a grouping key."""
    if ref.kind == "name":
        return _("the name") if ref.key == NAME_WITHOUT_NUMBER else _("the name by %(pattern)s", pattern=ref.key)
    if ref.kind == "tag":
        return _("tag %(name)s", name=shortened(ref.key))
    known = {
        "experiment": _("Experiment"),
        "algorithm": _("Algorithm"),
        "environment": _("Environment"),
        "user": _("User"),
        "source": _("Source"),
        "commit": _("Commit"),
        ALL_RUNS: _("all runs"),
    }
    return known[ref.key] if ref.kind == "built_in" else shortened(ref.key)


def _why(reason: RunSpecific) -> str:
    return {
        RunSpecific.SEED: _("seeds"),
        RunSpecific.PATH: _("paths"),
        RunSpecific.ID: _("ids"),
        RunSpecific.TIME: _("times"),
        RunSpecific.OWN: _("each run has its own"),
    }[reason]


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
        _button(f"{shortened(each.ref.key)} ({_why(each.left_out)})", {"data-group-add": str(each.ref)})
        for each in found[:_MOST_LEFT_OUT]
        if each.left_out is not None
    ]
    rest = [" ", _("and %(n)s more", n=len(found) - _MOST_LEFT_OUT)] if len(found) > _MOST_LEFT_OUT else []
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


def runs_to_show_alone(runs: Sequence[Run], alone: Sequence[str]) -> list[dict[str, Any]]:
    """Returns the runs that can still be chosen to be shown alone."""
    others = [run for run in runs if run.run_id not in alone]
    return [
        {"label": _("Choose a run"), "value": NO_RUN},
        *({"label": shortened(line_name(run)), "value": run.run_id} for run in others),
    ]
