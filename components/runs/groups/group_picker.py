"""The picker of what makes a group: parameters in which the compared runs differ, and suggested groupings."""

from collections.abc import Sequence
from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import ids
from components.charts.lines import line_name
from components.charts.names import shortened
from components.runs.groups.group_texts import ref_name, run_specific_text
from components.texts import words
from components.texts.language import _, ngettext
from domain.charts.chart_options import ChartOptions
from domain.grouping.candidates import Candidate
from domain.grouping.group_ref import group_ref
from domain.tracking.runs import Run

# More are not readable; the search box finds the others.
MAX_SHOWN: Final = 100
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
    more = len(hits) - MAX_SHOWN
    sentence = _("and %(n)s more: type to find them", n=words.count(more)) if more > 0 else ""
    if not hits:
        sentence = _("No difference has this name.") if sought else _("The runs do not differ.")
    return [{"label": _counted(each), "value": str(each.ref)} for each in hits[:MAX_SHOWN]], sentence


def _counted(candidate: Candidate) -> str:
    values = ngettext("%(num)s value", "%(num)s values", candidate.values)
    parts = [ref_name(candidate.ref), values]
    if candidate.missing:
        parts.append(ngettext("missing in %(num)s run", "missing in %(num)s runs", candidate.missing))
    if candidate.left_out is not None:
        parts.append(run_specific_text(candidate.left_out))
    return " · ".join(parts)


def runs_to_show_alone(runs: Sequence[Run], alone: Sequence[str]) -> list[dict[str, Any]]:
    """Returns the runs that can still be chosen to be shown alone."""
    others = [run for run in runs if run.run_id not in alone]
    return [
        {"label": _("Choose a run"), "value": NO_RUN},
        *({"label": shortened(line_name(run)), "value": run.run_id} for run in others),
    ]
