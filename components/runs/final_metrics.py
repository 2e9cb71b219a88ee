"""The table of final metrics, with how the final value was chosen and the confidence interval of a rate."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import dash_bootstrap_components as dbc
from dash import html

from components.badges import diverged_badge, mark_badge, sample_badge, status_badge
from components.charts.known import KnownHistories
from components.colours import BASELINE_DASH, LineStyle, run_styles
from components.links import run_href
from components.texts import words
from components.texts.language import _
from components.texts.number_columns import number_column
from components.texts.outcomes import outcome_text
from domain.charts.chart_options import ChartOptions
from domain.statistics import Interval
from domain.tracking.final_metrics import Choice, rate_episodes, rate_interval
from domain.tracking.grouping import differing_parameters
from domain.tracking.outcomes import Outcome
from domain.tracking.runs import Run
from domain.tracking.tool_names import RATES
from domain.tracking.vocabulary import MetricWord, Vocabulary

# Training and evaluation have separate columns; those that no run logged are left out, except these two.
ALWAYS: tuple[MetricWord, ...] = ("reward", "success_rate")
WHERE_LOGGED: tuple[MetricWord, ...] = ("eval_reward", "eval_success_rate")
# These describe the course of training, not its quality, so they have a column only if one of them diverged.
WHERE_DIVERGED: tuple[MetricWord, ...] = ("loss", "episode_length", "eval_episode_length")


class Final(NamedTuple):
    """The value of one cell: a metric's outcome, the interval of a rate, and the key of the metric."""

    outcome: Outcome
    interval: Interval | None
    key: str | None

    @property
    def value(self) -> float | None:
        """The final value; None if there is none."""
        return self.outcome.value


def columns(runs: Sequence[Run], vocabulary: Vocabulary) -> list[MetricWord]:
    """Returns the metric words that have a column."""
    logged = {word for word in WHERE_LOGGED for run in runs if run.metric_key(word, vocabulary)}
    diverged = {word for word in WHERE_DIVERGED for run in runs if run.outcome(word, vocabulary).diverged is not None}
    return [*ALWAYS, *(word for word in (*WHERE_LOGGED, *WHERE_DIVERGED) if word in logged | diverged)]


def final(run: Run, word: MetricWord, known: KnownHistories, options: ChartOptions) -> Final:
    """Returns the final value of `word`; until its history is fetched, only the last value is known."""
    outcome, interval = known.outcome(run, word, options.final), None
    if word in RATES:
        episodes = rate_episodes(word, run.params, known.episodes(run), known.vocabulary)
        interval = rate_interval(outcome.value, options.final, episodes)
    return Final(outcome, interval, run.metric_key(word, known.vocabulary))


def histories_for(options: ChartOptions) -> tuple[MetricWord, ...]:
    """Returns the words that no chart draws but whose history the table needs, for any choice but the last value."""
    return () if options.final is Choice.LAST else WHERE_LOGGED


def table(runs: Sequence[Run], known: KnownHistories, options: ChartOptions) -> dbc.Table:
    """Returns a row per run, with the colour of its lines, and optionally the parameters that differ."""
    styles, baseline = run_styles(runs), _baseline(runs)
    differing = differing_parameters({run.run_id: run.params for run in runs}) if options.differing else {}
    shown = columns(runs, known.vocabulary)
    write = {word: _writer(word, [final(run, word, known, options).value for run in runs]) for word in shown}
    head = [column_head(_("Run")), column_head(_("Algorithm"))]
    head += [column_head(heading(word, options.final), end=True) for word in shown]
    head += [
        column_head(_("Total episodes"), end=True),
        column_head(_("Status")),
        *(column_head(name) for name in differing),
    ]

    def _against(run: Run, word: MetricWord) -> float | None:
        """Returns the baseline's value to compare the other runs with, if there is exactly one baseline."""
        return None if baseline in (None, run) else final(baseline, word, known, options).value

    body = [
        html.Tr(
            [
                _name(run, None if options.grouped else styles[run.run_id], known.vocabulary),
                html.Td(_cell_text(run.parameter("algorithm", known.vocabulary))),
                *(_cell(final(run, word, known, options), _against(run, word), write[word]) for word in shown),
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


def heading(word: MetricWord, choice: Choice) -> str:
    """Returns a column's heading; for "best" it warns that this flatters."""
    name = {
        "reward": _("Final reward"),
        "success_rate": _("Final success rate"),
        "eval_reward": _("Evaluation reward"),
        "eval_success_rate": _("Evaluation success rate"),
        "loss": _("Final loss"),
        "episode_length": _("Final episode length"),
        "eval_episode_length": _("Evaluation episode length"),
    }[word]
    return name if choice is not Choice.BEST else _("%(name)s, best (optimistic)", name=name)


def _baseline(runs: Sequence[Run]) -> Run | None:
    """Returns the baseline among the runs; None if there are several."""
    marked = [run for run in runs if run.is_baseline]
    return marked[0] if len(marked) == 1 else None


def _writer(word: MetricWord, values: Sequence[float | None]) -> Callable[[float | None], str]:
    """Returns the function that formats a column's numbers so that their decimal points align."""
    return words.percent if word in RATES else number_column(values)


def _difference(value: float | None, baseline: float | None, write: Callable[[float | None], str]) -> html.Div | None:
    if value is None or baseline is None:
        return None
    sign = "±" if value == baseline else "+" if value > baseline else "−"
    text = sign + write(abs(value - baseline))
    return html.Div(text, className="small text-body-secondary", title=_("against the baseline"))


def _cell(cell: Final, baseline: float | None, write: Callable[[float | None], str]) -> html.Td:
    text = write(cell.value)
    if cell.interval is not None:
        text += f" [{words.percent(cell.interval.low)}, {words.percent(cell.interval.high)}]"
    odd = cell.outcome.diverged is not None or cell.outcome.out_of_range is not None
    text_of_cell = outcome_text(cell.outcome, text)
    difference = _difference(cell.value, baseline, write)
    parts = text_of_cell if difference is None else [text_of_cell, difference]
    return html.Td(parts, className="text-end" + (" no-value" if odd else ""), title=cell.key or _("not logged"))


def _name(run: Run, style: LineStyle | None, vocabulary: Vocabulary) -> html.Th:
    parts: list[Any] = [] if style is None else [swatch(style)]
    link = html.A(run.name or words.MISSING, href=run_href(run.run_id), className="run-name", title=run.name)
    parts += [link, html.Code(run.run_id[:8], className="ms-2")]
    if run.is_sample:
        parts.append(sample_badge())
    parts += [mark_badge(mark) for mark in run.marks]
    if run.diverged(vocabulary):
        parts.append(diverged_badge())
    return html.Th(parts, scope="row")


def _cell_text(value: str | None) -> html.Span | str:
    return words.MISSING if value is None else html.Span(value, className="run-name", title=value)


def swatch(style: LineStyle) -> html.Span:
    """Returns a sample of the colour and dash of a run's line, for the beginning of its row."""
    css = {"solid": "solid", "dash": "dashed", "dot": "dotted", BASELINE_DASH: "dashed"}[style.dash]
    return html.Span(className="swatch", style={"borderTopColor": style.colour, "borderTopStyle": css})


def column_head(text: str, *, end: bool = False) -> html.Th:
    """Returns a column's heading; with `end`, aligned with numbers."""
    return html.Th(text, scope="col", className="text-end" if end else "")
