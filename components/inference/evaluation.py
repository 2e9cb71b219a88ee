"""The evaluation of a model: the button, the progress, and the results on seen and on unseen mazes."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import ids
from components.permissions import disabled_unless_allowed, reason
from components.texts.language import _
from components.texts.translate import translate
from components.texts.words import MISSING, count, number, percent
from domain.access.rules import Access
from domain.errors.records import EvaluationOfAnother, EvaluationOfAnotherPage
from domain.inference.messages import EvaluationReport, EvaluationState
from domain.inference.returns import Returns
from domain.message_data import message_in
from domain.registry.measurements import Measured

TICK_MS = 1000


def panel() -> html.Section:
    """Returns the section of the evaluation on the inference page."""
    return html.Section(
        [
            html.H2(_("Evaluation"), className="h5"),
            html.P(
                _(
                    "Plays 100 greedy episodes on held-out seeds in the environment that the model was trained on,"
                    " and 100 in environments it has never seen: other mazes, or variants of its environment. The"
                    " result is shown in the list of models."
                ),
                className="small text-body-secondary mb-2",
            ),
            disabled_unless_allowed(
                Access.WORK,
                [
                    dbc.Button(_("Run 100 episodes"), id=ids.EVALUATE, color="primary", outline=True, disabled=True,
                               class_name="model-writes"),
                    dbc.Button(_("Cancel"), id=ids.EVALUATE_CANCEL, color="secondary", outline=True, disabled=True),
                ],
                ids.refused("evaluation"),
            ),
            reason(Access.WORK, ids.refused("evaluation")),
            html.Div(id=ids.EVALUATION, className="mt-2", **{"aria-live": "polite"}),
            dcc.Interval(id=ids.EVALUATE_TICK, interval=TICK_MS, disabled=True),
            # Since when the engine has not answered (Unix ms), and whether to start the evaluation once it does.
            dcc.Store(id=ids.EVALUATION_WAITING),
        ],
        className="mt-3",
    )  # fmt: skip


def report(found: EvaluationReport, *, note: str | None = None) -> list[Any]:
    """Returns the progress or the result; `note` is a sentence on whether the result was saved."""
    parts: list[Any] = []
    if found.state is EvaluationState.RUNNING and found.error:
        parts.append(waiting(_cause(found), found.waited_s))
    elif found.state is EvaluationState.RUNNING:
        share = 100 * found.played / found.episodes
        parts.append(
            dbc.Progress(
                value=share,
                label=_("%(played)s of %(episodes)s", played=count(found.played), episodes=count(found.episodes)),
            )
        )
    if found.state is EvaluationState.RUNNING:
        parts.extend(_starter(found))
    if found.state is EvaluationState.CANCELLED:
        parts.append(html.P(_("Cancelled after %(played)s episodes.", played=count(found.played))))
    if found.state is EvaluationState.FAILED:
        parts.append(dbc.Alert(_cause(found), color="warning", class_name="py-2"))
    if found.seen is not None and found.unseen is not None:
        parts.append(_results(found.seen, found.unseen))
    if found.returns:
        parts.append(_returns(found.returns))
    if note:
        parts.append(html.P(note, className="small text-body-secondary"))
    return parts


def _starter(found: EvaluationReport) -> list[Any]:
    """Returns who started the running evaluation, if known, and why this reader cannot cancel it."""
    if found.cancellable and found.started_by is None:
        return []
    if found.cancellable:
        sentence = _("Started by %(user)s.", user=found.started_by)
    else:
        other = found.started_by
        sentence = translate(EvaluationOfAnotherPage() if other is None else EvaluationOfAnother(other))
    return [html.P(sentence, id=ids.EVALUATION_WHOSE, className="small text-body-secondary")]


def _cause(found: EvaluationReport) -> str:
    return translate(message_in(found.model_dump(), found.error)) if found.error else _("It failed.")


def waiting(cause: str, waited_seconds: float | None) -> dbc.Alert:
    """Draws that the evaluation waits for a service that may be starting; screen readers skip the seconds."""
    sentence = _("Waiting: %(cause)s. It continues automatically.", cause=cause.rstrip(".。"))
    waited = None if waited_seconds is None else _("(%(n)s s so far)", n=count(round(waited_seconds)))
    return dbc.Alert([sentence, " ", html.Span(waited, **{"aria-hidden": "true"})], color="info", class_name="py-2")


def unavailable(cause: str) -> dbc.Alert:
    """Draws that the engine cannot be reached."""
    return dbc.Alert(cause, color="warning", class_name="py-2")


def _results(seen: Measured, unseen: Measured) -> html.Div:
    head = ["", _("Success rate"), _("Interval (95 %)"), _("Mean reward"), _("Mean length"), _("Episodes")]
    rows = [_row(_("the maze it was trained on"), seen), _row(_("mazes it never saw"), unseen)]
    return _table(head, rows)


def _returns(found: Sequence[Returns]) -> html.Div:
    """Returns the mean returns, and the success rate if the environment reports it."""
    has_success = any(one.success_rate is not None for one in found)
    head = ["", _("Return (IQM)"), _("Interval (95 %)"), _("Mean return"), _("Mean length"), _("Episodes")]
    success = [_("Success rate"), _("Interval (95 %)")] if has_success else []
    return _table([*head, *success], [_of(one, has_success) for one in found])


def _of(one: Returns, has_success: bool) -> html.Tr:
    name = _("as it was trained") if one.variant is None else one.variant
    numbers = [
        number(one.iqm_return),
        f"{number(one.iqm_interval.low)} – {number(one.iqm_interval.high)}",
        number(one.mean_return),
        number(one.mean_length),
        count(one.episodes),
    ]
    if has_success:
        interval = one.success_interval
        shown = MISSING if interval is None else f"{percent(interval.low)} – {percent(interval.high)}"
        numbers += [percent(one.success_rate), shown]
    return html.Tr([html.Th(name, scope="row"), *(html.Td(text, className="text-end") for text in numbers)])


def _table(head: Sequence[str], rows: Sequence[html.Tr]) -> html.Div:
    return html.Div(
        dbc.Table(
            [html.Thead(html.Tr([html.Th(text, scope="col") for text in head])), html.Tbody(rows)],
            size="sm",
            class_name="final-metrics",
        ),
        className="table-responsive",
        tabIndex=0,
        role="region",
        **{"aria-label": _("Results of the episodes")},
    )


def _row(name: str, measured: Measured) -> html.Tr:
    interval = measured.interval
    shown = MISSING if interval is None else f"{percent(interval.low)} – {percent(interval.high)}"
    numbers = [
        percent(measured.success_rate),
        shown,
        number(measured.mean_return),
        number(measured.mean_length),
        count(measured.episodes),
    ]
    return html.Tr([html.Th(name, scope="row"), *(html.Td(text, className="text-end") for text in numbers)])
