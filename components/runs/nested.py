"""The parent and the children of a run, with links both ways."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components.badges import status_badge
from components.links import href, run_href
from components.texts import words
from components.texts.language import _, around, ngettext
from domain.run_facts.run_summary import RunSummary
from domain.tracking.nesting import Family
from domain.tracking.runs import PARENT_TAG, Run

# More than these are folded: a search has hundreds of trials.
MAX_OPEN = 10
# More than these are only linked to in the list of runs.
MAX_NAMED = 200


def family_facts(family: Family) -> list[tuple[str, Any]]:
    """Returns names and values for a run's facts: its parent, its children; empty for a run without either."""
    facts: list[tuple[str, Any]] = []
    if family.parent_id is not None:
        facts.append((_("Parent run"), _parent(family)))
    if family.children:
        facts.append((_("Child runs"), _children(family.children)))
    return facts


def nesting_texts(runs: Sequence[RunSummary]) -> dict[str, str]:
    """Returns for the list, by run id, a text about the run's parent or children."""
    names = {run.run_id: run.name or run.run_id[:8] for run in runs}
    counts: dict[str, int] = {}
    for run in runs:
        if run.parent_id in names:
            counts[run.parent_id] = counts.get(run.parent_id, 0) + 1
    nested = (run for run in runs if run.parent_id is not None or run.run_id in counts)
    return {run.run_id: " · ".join(_texts_of(run, names, counts.get(run.run_id, 0))) for run in nested}


def _texts_of(run: RunSummary, names: Mapping[str, str], children: int) -> list[str]:
    texts = []
    if run.parent_id is not None:
        name = names.get(run.parent_id)
        missing = _("in %(id)s, which is not here", id=run.parent_id[:8])
        texts.append(missing if name is None else _("in %(name)s", name=name))
    if children:
        texts.append(ngettext("%(num)s child", "%(num)s children", children))
    return texts


def _parent(family: Family) -> Any:
    if family.parent is not None:
        return _link(family.parent)
    # The parent's id comes from a tag, which may hold anything.
    return around(
        _("{run}, which MLflow does not list: it may have been deleted"), run=html.Code((family.parent_id or "")[:32])
    )


def _children(children: Sequence[Run]) -> html.Details:
    count = ngettext("%(count)s child run", "%(count)s child runs", len(children), count=words.count(len(children)))
    rows = [html.Li([_link(child), " ", status_badge(child.status)]) for child in children[:MAX_NAMED]]
    if len(children) > MAX_NAMED:
        rows.append(html.Li(_all_of(children)))
    return html.Details(
        [html.Summary(count), html.Ul(rows, className="child-runs")],
        open=len(children) <= MAX_OPEN,
        className="run-children",
    )


def _all_of(children: Sequence[Run]) -> html.A:
    """Links to the list of runs, filtered by their parent."""
    query = {f"filter[tag:{PARENT_TAG}]": f"= {children[0].parent_id}"}
    return html.A(_("All %(n)s in the list of runs", n=words.count(len(children))), href=href("/mlflow", **query))


def _link(run: Run) -> html.A:
    return html.A(run.name or run.run_id[:8], href=run_href(run.run_id), className="run-name", title=run.name)
