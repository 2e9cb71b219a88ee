"""The table of groups: statistics of their final rewards, and how many of their runs diverged."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import dash_bootstrap_components as dbc
from dash import html

from components.charts.known import KnownHistories
from components.charts.lines import group_name
from components.colours import line_styles
from components.runs.comparison import WORDS
from components.runs.final_metrics import column_head, swatch
from components.texts import words
from components.texts.language import _
from components.texts.number_columns import number_column
from components.texts.outcomes import survivors_text
from domain.charts.chart_options import ChartOptions
from domain.tracking.group_scores import DivergedRuns, RunScore, counted_scores, lowest_scores, ranked_scores
from domain.tracking.grouping import Group, grouping
from domain.tracking.outcomes import Outcome, survivors
from domain.tracking.runs import Run
from domain.tracking.scores import Estimate, Scores, aggregate, probability_of_improvement
from domain.tracking.vocabulary import MetricWord


class _Scored(NamedTuple):
    """A group's scores: as numbers, and as values for ranking only."""

    counted: Scores
    ranked: Scores


class _Found(NamedTuple):
    """The number of runs, the IQM, the mean, and the probability that a run beats one of the first group."""

    runs: int
    estimates: tuple[Estimate | None, Estimate | None, Estimate | None]


def group_table(runs: Sequence[Run], known: KnownHistories, options: ChartOptions) -> html.Div | None:
    """Returns statistics of each group's final rewards, and the probability that a run of it beats one of the first
    group.

    If runs diverged, also how many, how many remain from which step on, and how they count in the scores.
    """
    if (groups := grouping(runs, options, known.vocabulary)) is None:
        return None
    styles = line_styles([group_name(group) for group in groups])
    members = [[run for run in runs if run.run_id in group.run_ids] for group in groups]
    scored = _scored(members, known, options)
    found = [_found(scores, scored[0]) for scores in scored]
    write = [number_column(_numbers(column)) for column in zip(*(one.estimates for one in found), strict=True)]
    counts = [_diverged(group, known) for group in members]
    are_any = any(counts)
    body = [
        html.Tr(
            [
                html.Th([swatch(styles[group_name(group)]), _named(group)], scope="row"),
                html.Td(str(one.runs), className="text-end"),
                *([html.Td(parts or words.MISSING)] if are_any else []),
                *(
                    html.Td(_estimate(estimate, text), className="text-end")
                    for estimate, text in zip(one.estimates, write, strict=True)
                ),
            ]
        )
        for group, one, parts in zip(groups, found, counts, strict=True)
    ]
    notes = [html.P(_how_counted(options.diverged), className="small text-body-secondary mb-1")] if are_any else []
    head = html.Thead(html.Tr(_heads(diverged=are_any)))
    return html.Div(
        [*notes, dbc.Table([head, html.Tbody(body)], size="sm", class_name="final-metrics group-metrics mb-2")]
    )


def _named(group: Group) -> html.Span:
    return html.Span(group_name(group), className="run-name", title=group_name(group))


def _heads(*, diverged: bool) -> list[html.Th]:
    heads = [column_head(_("Group")), column_head(_("Runs"), end=True)]
    if diverged:
        heads.append(column_head(_("Diverged")))
    numbers = (_("IQM of final rewards"), _("Mean"), _("Beats the first group"))
    return heads + [column_head(text, end=True) for text in numbers]


def _how_counted(how: DivergedRuns) -> str:
    if how is DivergedRuns.WORST:
        return _(
            "Runs whose reward diverged count as the worst: they get the lowest final reward of all compared runs in"
            " their environment, and lose to every run that did not diverge."
        )
    return _("Runs whose reward diverged are left out of the scores, which cover only the other runs.")


def _scored(members: Sequence[Sequence[Run]], known: KnownHistories, options: ChartOptions) -> list[_Scored]:
    groups = [list(_run_scores(group, known, options)) for group in members]
    lowest = lowest_scores(groups)
    how = options.diverged
    return [_Scored(counted_scores(group, how, lowest), ranked_scores(group, how)) for group in groups]


def _run_scores(group: Sequence[Run], known: KnownHistories, options: ChartOptions) -> list[RunScore]:
    """Returns the final rewards of a group's runs; runs without one are left out, unless they diverged.

    Even if the best value counts, what a run reached before it diverged is not its score.
    """
    found = [(run, known.outcome(run, "reward", options.final)) for run in group]
    return [
        RunScore(run.parameter("environment", known.vocabulary) or words.MISSING, _score(outcome))
        for run, outcome in found
        if outcome.value is not None or outcome.diverged is not None
    ]


def _score(outcome: Outcome) -> float | None:
    return outcome.value if outcome.diverged is None else None


def _diverged(group: Sequence[Run], known: KnownHistories) -> list[Any]:
    """Returns for each metric with a chart how many runs diverged, if any, and how many remain from which step on."""
    found = {word: _ends(group, known, word) for word in WORDS}
    return [
        html.Div(f"{words.metric_name(word)}: {survivors_text(len(ends), survivors(ends))}")
        for word, ends in found.items()
        if any(end is not None for end in ends)
    ]


def _ends(group: Sequence[Run], known: KnownHistories, word: MetricWord) -> list[Any]:
    logged = [run for run in group if run.metric_key(word, known.vocabulary) is not None]
    return [known.outcome(run, word).diverged for run in logged]


def _found(scores: _Scored, first: _Scored) -> _Found:
    """Returns the statistics of one group compared to the `first` one."""
    beats = None
    if scores is not first and set(scores.ranked) & set(first.ranked):
        beats = probability_of_improvement(scores.ranked, first.ranked).probability
    if not scores.counted:
        return _Found(0, (None, None, beats))
    found = aggregate(scores.counted)
    return _Found(found.runs, (found.iqm, found.mean, beats))


def _numbers(estimates: Iterable[Estimate | None]) -> list[float]:
    """Collects the numbers of a column, including the ends of intervals."""
    present = [one for one in estimates if one is not None]
    ends = [end for one in present if one.interval is not None for end in (one.interval.low, one.interval.high)]
    return [*(one.value for one in present), *ends]


def _estimate(estimate: Estimate | None, write: Callable[[float | None], str]) -> str:
    if estimate is None:
        return words.MISSING
    if estimate.interval is None:
        return write(estimate.value)
    return f"{write(estimate.value)} [{write(estimate.interval.low)}, {write(estimate.interval.high)}]"
