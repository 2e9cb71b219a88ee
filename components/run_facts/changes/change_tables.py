"""What changed between runs: tables of code, parameters, metrics and tags; values in common are only counted."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from dash import html

from components.links import href, run_href
from components.run_facts.changes.change_cells import metric_cell, text_cell
from components.run_facts.logged_values import more
from components.run_facts.origin import commit_text
from components.texts import words
from components.texts.language import _, ngettext
from domain.run_facts.commit_url import compare_link
from domain.run_facts.differing import Cell, Differing, Row
from domain.run_facts.metric_changes import MetricRow
from domain.run_facts.run_changes import RunChanges, RunName

MAX_NAMED: Final = 5
MAX_HELD_AGAINST: Final = 12
"""Columns to compare at most: more are not readable."""


class TableOptions(NamedTuple):
    """Display options: keys that contain `typed`, `most` rows per table, commits linked by `commit_url`."""

    typed: str = ""
    most: int = 50
    commit_url: str | None = None

    def keeps(self, key: str) -> bool:
        """Returns whether a key contains the typed text, ignoring case."""
        return self.typed.strip().casefold() in key.casefold()


def change_tables(changes: RunChanges, seen: TableOptions) -> list[Any]:
    """Returns all tables that have rows; a sentence if nothing differs."""
    parts = [
        *_origin(changes, seen),
        *_logged(_("Parameters"), changes.parameters, changes.runs, seen),
        *_metrics(changes, seen),
        *_logged(_("Tags"), changes.tags, changes.runs, seen),
    ]
    return parts or [html.P(_("Nothing differs."), className="text-body-secondary")]


def rows_of(changes: RunChanges) -> int:
    """Returns how many rows all tables have together, regardless of the search."""
    logged = (changes.origin, changes.parameters, changes.tags)
    return sum(len(part.rows) for part in logged) + len(changes.metrics)


def _origin(changes: RunChanges, seen: TableOptions) -> list[Any]:
    """Draws the table of code and origin, whose fields have names in the reader's language."""
    names = {
        "user": _("User"),
        "source": _("Source"),
        "source_type": _("Kind of source"),
        "entry_point": _("Entry point"),
        "commit": _("Commit"),
        "branch": _("Branch"),
        "repository": _("Repository"),
        "is_dirty": _("With changes that were not committed"),
    }
    rows = [row for row in changes.origin.rows if seen.keeps(names[row.key])]
    if not rows:
        return []
    body = [_line(names[row.key], [_origin_cell(row.key, cell, seen) for cell in row.cells]) for row in rows]
    return [_heading(_("Code"), len(rows)), _table(_("Code"), changes.runs, body), *_between(changes, seen)]


def _origin_cell(key: str, cell: Cell, seen: TableOptions) -> html.Td:
    if key == "commit" and cell.value is not None:
        return html.Td(commit_text(cell.value, seen.commit_url))
    if key == "is_dirty" and cell.value is not None:
        return html.Td(_("yes") if cell.value == "True" else _("no"))
    return text_cell(cell)


def _between(changes: RunChanges, seen: TableOptions) -> list[html.P]:
    """Links to the commits between the first run and each other one, if the team's code server can show them."""
    first, *others = changes.commits or [None]
    found = [
        (run, link)
        for run, commit in zip(changes.runs[1:], others, strict=False)
        if commit != first and (link := compare_link(seen.commit_url, first, commit)) is not None
    ]
    return [
        html.P(
            html.A(
                _(
                    "What was committed between %(first)s and %(other)s",
                    first=called(changes.runs[0]),
                    other=called(run),
                ),
                href=link,
                target="_blank",
                rel="noopener noreferrer",
            )
        )
        for run, link in found
    ]


def _logged(title: str, found: Differing, runs: Sequence[RunName], seen: TableOptions) -> list[Any]:
    rows = [row for row in found.rows if seen.keeps(row.key)]
    body = [_line(html.Code(row.key), [text_cell(cell) for cell in row.cells]) for row in rows[: seen.most]]
    parts = [_table(title, runs, body), more(seen.most, len(rows))] if rows else []
    drawn_parts = [_rewritten(found.rewritten)] if found.rewritten else []
    return (
        [_heading(title, len(rows), found.same + len(found.rewritten)), *parts, *drawn_parts]
        if parts or drawn_parts
        else []
    )


def _rewritten(rows: Sequence[Row]) -> html.P:
    """Draws that two spellings mean the same value; that is a judgement, so it is shown."""
    named = [f"{row.key} ({' = '.join(_short(value) for value in _spellings(row))})" for row in rows[:MAX_NAMED]]
    if len(rows) > MAX_NAMED:
        named.append(_("and %(n)s more", n=words.count(len(rows) - MAX_NAMED)))
    text = _("The same, written differently: %(names)s.", names=", ".join(named))
    return html.P(text, className="small text-body-secondary as-logged")


def _spellings(row: Row) -> list[str]:
    return list(dict.fromkeys(cell.value for cell in row.cells if cell.value is not None))


def _short(value: str) -> str:
    return value if len(value) <= 40 else value[:40] + "…"


def _metrics(changes: RunChanges, seen: TableOptions) -> list[Any]:
    rows = [row for row in changes.metrics if seen.keeps(row.key) or seen.keeps(_metric_name(row))]
    if not rows:
        return []
    body = [_line(_metric_head(row), [metric_cell(row.word, cell) for cell in row.cells]) for row in rows[: seen.most]]
    title = _("Last values of metrics")
    return [_heading(title, len(rows)), _table(title, changes.runs, body), more(seen.most, len(rows))]


def _metric_name(row: MetricRow) -> str:
    return row.key if row.word is None else words.metric_name(row.word)


def _metric_head(row: MetricRow) -> Any:
    return html.Code(row.key) if row.word is None else [_metric_name(row), " ", html.Code(row.key, className="key")]


def _heading(title: str, rows: int, same: int | None = None) -> html.H3:
    text = ngettext("%(count)s differs", "%(count)s differ", rows, count=words.count(rows))
    text += "" if not same else ", " + _("%(n)s the same", n=words.count(same))
    return html.H3([title, " ", html.Span(text, className="key")], className="h6 mt-3")


def _line(head: Any, cells: Sequence[html.Td]) -> html.Tr:
    return html.Tr([html.Th(head, scope="row"), *cells])


def _table(title: str, runs: Sequence[RunName], body: Sequence[html.Tr]) -> html.Div:
    heads = [html.Th(html.Span(title, className="visually-hidden"), scope="col"), *map(_run_head, runs)]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(list(body))], className="table table-sm changes-table")
    return html.Div(table, className="table-responsive", tabIndex=0, role="region", **{"aria-label": title})


def _run_head(run: RunName) -> html.Th:
    return html.Th(html.A(called(run), href=run_href(run.run_id), className="run-name", title=run.name), scope="col")


def called(run: RunName) -> str:
    """Returns the run's name, else the beginning of its id."""
    return run.name or run.run_id[:8]


def charts_link(runs: Sequence[RunName]) -> html.P:
    """Links to the comparison of these runs, with their charts."""
    compared = ",".join(run.run_id for run in runs)
    return html.P(html.A(_("Compare their charts"), href=href("/mlflow", runs=compared)))


def choose_run(candidates: Sequence[tuple[RunName, str]], *, is_cut: bool) -> list[Any]:
    """Asks which of several runs was meant, each with its experiment."""
    text = _("Several runs have this name; these are the newest.") if is_cut else _("Several runs have this name.")
    lines = [html.Li(_candidate(run, experiment)) for run, experiment in candidates]
    return [html.P(text), html.Ul(lines, className="list-unstyled")]


def _candidate(run: RunName, experiment: str) -> list[Any]:
    choose = html.Button(
        called(run), type="button", className="btn btn-sm btn-link run-name", **{"data-against": run.run_id}
    )
    return [choose, " ", html.Span(f"{run.run_id[:8]} · {experiment}", className="key")]
