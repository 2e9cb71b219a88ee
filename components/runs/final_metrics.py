"""The table of final metrics, honest about which value is final and how far a rate can be trusted."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import dash_bootstrap_components as dbc
from dash import html

from components.badges import sample_badge, status_badge
from components.charts.lines import Known, group_name
from components.colours import LineStyle, line_styles
from components.links import run_href
from components.texts import words
from components.texts.language import _
from domain.charts.chart_options import ChartOptions
from domain.statistics import Interval
from domain.tracking.final_metrics import Choice, final_value, rate_episodes, rate_interval
from domain.tracking.grouping import Group, default_grouping, differing_parameters, group_runs
from domain.tracking.runs import Run
from domain.tracking.scores import Estimate, aggregate, probability_of_improvement
from domain.tracking.vocabulary import MetricWord, Vocabulary

# Training and evaluation never share a column; one that no run logged is left out, but for these three.
ALWAYS: tuple[MetricWord, ...] = ("reward", "success_rate")
WHERE_LOGGED: tuple[MetricWord, ...] = ("eval_reward", "eval_success_rate")
_RATES = ("success_rate", "eval_success_rate")


class Final(NamedTuple):
    """One cell: a final value, the interval of a rate, and the metric key it came from."""

    value: float | None
    interval: Interval | None
    key: str | None


def columns(runs: Sequence[Run], vocabulary: Vocabulary) -> list[MetricWord]:
    """The metric words that have a column."""
    logged = {word for word in WHERE_LOGGED for run in runs if vocabulary.metric_key(word, run.metrics)}
    return [*ALWAYS, *(word for word in WHERE_LOGGED if word in logged)]


def final(run: Run, word: MetricWord, known: Known, options: ChartOptions) -> Final:
    """The final value of `word`; until its history has come, only the last value is known."""
    key = known.vocabulary.metric_key(word, run.metrics)
    if key is None:
        return Final(None, None, None)
    history = known.histories.get((run.run_id, key))
    if history is None:
        value = run.latest(word, known.vocabulary) if options.final is Choice.LAST else None
    else:
        found = final_value(history, word, options.final)
        value = None if found is None else found.value
    interval = None
    if word in _RATES:
        episodes = rate_episodes(word, run.params, known.episodes(run), known.vocabulary)
        interval = rate_interval(value, options.final, episodes)
    return Final(value, interval, key)


def histories_for(options: ChartOptions) -> tuple[MetricWord, ...]:
    """The words that no chart draws and whose history the table needs: any but the last value."""
    return () if options.final is Choice.LAST else WHERE_LOGGED


def table(runs: Sequence[Run], known: Known, options: ChartOptions) -> dbc.Table:
    """A row per run, with the colour of its lines; the parameters that differ beside, if asked for."""
    styles = line_styles([run.run_id for run in runs])
    differing = differing_parameters({run.run_id: run.params for run in runs}) if options.differing else {}
    shown = columns(runs, known.vocabulary)
    head = [_th(_("Run")), _th(_("Algorithm"))]
    head += [_th(heading(word, options.final), end=True) for word in shown]
    head += [_th(_("Total episodes"), end=True), _th(_("Status")), *(_th(name) for name in differing)]
    body = [
        html.Tr(
            [
                _name(run, None if options.grouped else styles[run.run_id]),
                html.Td(_told(run.parameter("algorithm", known.vocabulary))),
                *(_cell(word, final(run, word, known, options)) for word in shown),
                html.Td(words.count(known.episodes(run)), className="text-end"),
                html.Td(status_badge(run.status)),
                *(html.Td(values[run.run_id] or words.MISSING, className="as-logged") for values in differing.values()),
            ]
        )
        for run in runs
    ]
    return dbc.Table(
        [html.Thead(html.Tr(head)), html.Tbody(body)], size="sm", hover=True, class_name="final-metrics mb-2"
    )


def group_table(runs: Sequence[Run], known: Known, options: ChartOptions) -> dbc.Table | None:
    """What each group's final rewards come to, and how likely a run of it beats one of the first group."""
    by = default_grouping(runs, known.vocabulary)
    if not options.grouped or by is None:
        return None
    groups = group_runs(runs, by, known.vocabulary)
    styles = line_styles([group_name(group) for group in groups])
    scores = [_scores(group, runs, known, options) for group in groups]
    head = [_th(_("Group")), _th(_("Runs"), end=True), _th(_("IQM of final rewards"), end=True)]
    head += [_th(_("Mean"), end=True), _th(_("Beats the first group"), end=True)]
    body = [
        html.Tr(
            [
                html.Th([_swatch(styles[group_name(group)]), _group(group)], scope="row"),
                *_estimates(each, scores[0]),
            ]
        )
        for group, each in zip(groups, scores, strict=True)
    ]
    return dbc.Table(
        [html.Thead(html.Tr(head)), html.Tbody(body)], size="sm", class_name="final-metrics group-metrics mb-2"
    )


def heading(word: MetricWord, choice: Choice) -> str:
    """A column's heading; "best" says that it flatters."""
    name = {
        "reward": _("Final reward"),
        "success_rate": _("Final success rate"),
        "eval_reward": _("Evaluation reward"),
        "eval_success_rate": _("Evaluation success rate"),
    }[word]
    return name if choice is not Choice.BEST else _("%(name)s, best (optimistic)", name=name)


def _scores(group: Group, runs: Sequence[Run], known: Known, options: ChartOptions) -> Mapping[str, Sequence[float]]:
    """The final rewards of a group's runs by environment; runs without one are left out."""
    found: dict[str, list[float]] = {}
    for run in runs:
        if run.run_id in group.run_ids and (value := final(run, "reward", known, options).value) is not None:
            found.setdefault(run.parameter("environment", known.vocabulary) or words.MISSING, []).append(value)
    return found


def _estimates(scores: Mapping[str, Sequence[float]], first: Mapping[str, Sequence[float]]) -> list[html.Td]:
    if not scores:
        return [html.Td(text, className="text-end") for text in ("0", *(words.MISSING,) * 3)]
    found = aggregate(scores)
    beats = words.MISSING
    if scores is not first and set(scores) & set(first):
        beats = _estimate(probability_of_improvement(scores, first).probability)
    texts = [str(found.runs), _estimate(found.iqm), _estimate(found.mean), beats]
    return [html.Td(text, className="text-end") for text in texts]


def _estimate(estimate: Estimate) -> str:
    value = words.number(estimate.value)
    if estimate.interval is None:
        return value
    return f"{value} [{words.number(estimate.interval.low)}, {words.number(estimate.interval.high)}]"


def _cell(word: MetricWord, cell: Final) -> html.Td:
    text = words.percent(cell.value) if word in _RATES else words.number(cell.value)
    if cell.interval is not None:
        text += f" [{words.percent(cell.interval.low)}, {words.percent(cell.interval.high)}]"
    return html.Td(text, className="text-end", title=cell.key or _("not logged"))


def _name(run: Run, style: LineStyle | None) -> html.Th:
    parts: list[Any] = [] if style is None else [_swatch(style)]
    link = html.A(run.name or words.MISSING, href=run_href(run.run_id), className="run-name", title=run.name)
    parts += [link, html.Code(run.run_id[:8], className="ms-2")]
    if run.is_sample:
        parts.append(sample_badge())
    return html.Th(parts, scope="row")


def _told(value: str | None) -> html.Span | str:
    return words.MISSING if value is None else html.Span(value, className="run-name", title=value)


def _group(group: Group) -> html.Span:
    return html.Span(group_name(group), className="run-name", title=group_name(group))


def _swatch(style: LineStyle) -> html.Span:
    css = {"solid": "solid", "dash": "dashed", "dot": "dotted"}[style.dash]
    return html.Span(className="swatch", style={"borderTopColor": style.colour, "borderTopStyle": css})


def _th(text: str, *, end: bool = False) -> html.Th:
    return html.Th(text, scope="col", className="text-end" if end else "")
