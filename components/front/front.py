"""The parts that all tiles of the front page share, and the tiles that show runs."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components import ids, notices
from components.badges import diverged_badge, mark_badge, sample_badge, silence_badge, status_badge, with_reason
from components.links import href, run_href
from components.texts import outcomes, words
from components.texts.language import _, around
from domain.front import RunInProgress
from domain.run_changes.marks import Mark
from domain.run_facts.run_summary import RunSummary
from domain.tracking.runs import RunStatus

MAX_ROWS = 8


def place(tile: str) -> str:
    """Returns the `place` under which a tile's error message and Retry button have their ids."""
    return f"front-{tile}"


def tile(name: str, title: str, parts: Sequence[Any], *, leads_to: str | None = None) -> html.Section:
    """Returns the frame of a tile: a heading that links to its page, the age of its content, and its parts."""
    heading = title if leads_to is None else html.A(title, href=leads_to)
    return html.Section(
        [
            html.Div(
                [
                    html.H2(heading, className="h5 mb-0 me-auto"),
                    html.Span(id=ids.front(name, "as-of"), className="small text-body-secondary"),
                ],
                className="d-flex flex-wrap gap-2 align-items-baseline mb-2",
            ),
            *parts,
        ],
        className="tile",
        id=place(name),
        **{"aria-label": title},
    )


def may_fail(name: str) -> html.Div:
    """Returns the place of a tile's error message, with its Retry button."""
    return html.Div(notices.failure_alert(place(name)), **{"aria-live": "polite"})


def filled(name: str) -> list[Any]:
    """Returns the body that a callback fills, and a store for the fingerprint of what it drew last."""
    return [html.Div(reading(), id=ids.front(name, "body")), dcc.Store(id=ids.front(name, "drawn"))]


def reading() -> html.P:
    """Draws the placeholder until the first answer."""
    return html.P(_("Reading…"), className="text-body-secondary mb-0")


def figure(label: str, text: str, class_name: str) -> html.Span:
    """Returns a number that needs no visible label, with a label for screen readers."""
    return html.Span([html.Span(f"{label}: ", className="visually-hidden"), text], className=class_name)


def as_of(unix_ms: int | None) -> list[Any]:
    """Returns the age of a tile's content."""
    return [] if unix_ms is None else around(_("as of {moment}"), moment=notices.age(unix_ms))


def runs_in_progress(runs: Sequence[RunInProgress]) -> list[Any]:
    """Returns the runs that train now, and those that have gone silent."""
    if not runs:
        return [
            html.P(_("No run is in progress."), className="mb-1"),
            notices.training_hint("mb-0 small"),
        ]
    return [tile_list(_in_progress(run) for run in runs[:MAX_ROWS]), and_more(len(runs))]


def tile_list(rows: Any) -> html.Ul:
    """Returns the rows of a tile."""
    return html.Ul([html.Li(row) for row in rows], className="tile-rows")


def _in_progress(run: RunInProgress) -> list[Any]:
    return [
        run_name(run),
        mark_badge(Mark.ARCHIVED) if run.is_archived else None,
        html.Span(run.algorithm or words.MISSING, className="text-body-secondary"),
        html.Div([*_divergence(run), html.Div(_last_metric(run))], className="ms-auto text-end"),
    ]


def _divergence(run: RunInProgress) -> list[Any]:
    """Marks a run whose loss is NaN: it would train on for days in vain."""
    if not run.diverged:
        return []
    return [with_reason(diverged_badge(), outcomes.divergence_text(run.diverged))]


def _last_metric(run: RunInProgress) -> Any:
    if run.silent_minutes is not None:
        return with_reason(silence_badge(run.silent_minutes), words.silence_explanation())
    if run.status is not RunStatus.RUNNING:
        return status_badge(run.status)
    if run.last_metric_ms is None:
        return _("no metric yet")
    return around(_("last metric {age}"), age=notices.age(run.last_metric_ms))


def run_name(run: RunInProgress | RunSummary) -> html.Span:
    """Returns a run's name as a link to its page."""
    link = html.A(run.name or run.run_id[:8], href=run_href(run.run_id), title=run.name)
    return html.Span([link, sample_badge() if run.is_sample else None], className="tile-name")


def and_more(count: int) -> Any:
    """Returns how many more runs there are than a tile shows."""
    if count <= MAX_ROWS:
        return None
    return html.A(_("and %(n)s more", n=count - MAX_ROWS), href=href("/mlflow"))
