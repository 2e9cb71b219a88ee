"""The page of one run: its facts, its charts, and the placeholders of its other parts."""

import json
from typing import Any, NamedTuple

import dash_bootstrap_components as dbc
from dash import html

from components import ids, notices
from components.artifacts.artifact_section import artifact_section
from components.artifacts.console_box import console_box
from components.artifacts.media_section import media_section
from components.badges import diverged_badge, mark_badge, sample_badge, silence_badge, status_badge, with_reason
from components.chart_grid.chart_grid import chart_grid
from components.chart_grid.metric_table import metric_texts
from components.charts.chart_controls import run_controls
from components.charts.known import KnownHistories
from components.links import href, training_href
from components.run_changes.section import run_section
from components.run_facts.changes.places import run_changes
from components.run_facts.origin import origin_facts
from components.run_facts.parts import parts
from components.runs.nested import family_facts
from components.runs.tool_reading import correction, tool_fact
from components.texts import words
from components.texts.language import _, around
from components.texts.outcomes import diverged, outcome_text
from domain.charts.chart_options import ChartOptions
from domain.run_facts.provenance import Provenance
from domain.run_facts.run_summary import RunSummary, summarise
from domain.tools.profile import StepMeaning
from domain.tools.stated import StatedTool
from domain.tracking.nesting import Family
from domain.tracking.runs import Run, RunStatus
from domain.tracking.vocabulary import MetricWord, Vocabulary
from domain.trainings.tags import REQUEST

WORDS: tuple[MetricWord, ...] = ("reward", "loss", "success_rate", "episode_length")
_FINALS: tuple[MetricWord, ...] = ("success_rate", "reward", "loss", "episode_length")
# At most so many other metrics without a value are named.
_MAX_NAMED = 12


def place(options: ChartOptions) -> list[Any]:
    """Returns the empty page of a run."""
    return [
        html.Div(id=ids.RUN_NOTICES, **{"aria-live": "polite"}),
        html.Div(notices.failure_alert("run"), **{"aria-live": "polite"}),
        html.Div(dbc.Spinner(size="sm"), id=ids.RUN_FACTS),
        run_section(),
        correction(),
        run_changes(),
        html.Div(
            [
                run_controls(options),
                chart_grid("run"),
                html.Div(id=ids.RUN_METRICS, className="run-metrics", **{"data-texts": json.dumps(metric_texts())}),
            ],
            id=ids.RUN_CHARTS,
        ),
        parts(),
        artifact_section(),
        media_section(of_one=True),
    ]


class RunContext(NamedTuple):
    """Facts about a run from other sources: its histories, its family, for how many minutes it has been silent.

    `commit_url` is the template of links to commits.
    """

    known: KnownHistories
    family: Family
    silent_minutes: int | None = None
    commit_url: str | None = None
    stated: StatedTool | None = None


def facts(run: Run, mlflow_page: str | None, vocabulary: Vocabulary, context: RunContext | None = None) -> list[Any]:
    """Returns the run's head: name, state and facts; `mlflow_page` is its page in MLflow's own UI."""
    context = context or RunContext(KnownHistories({}, vocabulary), Family(run.parent_id, None, []))
    summary = summarise(run, vocabulary).model_copy(update={"episodes": context.known.episodes(run)})
    title = [html.H1(summary.name or words.MISSING, className="h3 run-name"), status_badge(run.status)]
    if summary.diverged:
        title.append(diverged_badge())
    if context.silent_minutes is not None:
        title.append(with_reason(silence_badge(context.silent_minutes), words.silence_explanation()))
    if summary.is_sample:
        title.append(sample_badge())
    title += [mark_badge(mark) for mark in run.marks]
    title.append(_onward_links(run, mlflow_page))
    listed = [
        *_facts(run, summary, context.known, context.stated),
        *origin_facts(Provenance.of(run.tags), context.commit_url),
        *family_facts(context.family),
    ]
    return [
        html.Div(title, className="page-head"),
        *([console_box()] if run.status is RunStatus.FAILED else []),
        html.Dl(
            [html.Div([html.Dt(name), html.Dd(value)]) for name, value in listed],
            className="facts",
        ),
    ]


def _onward_links(run: Run, mlflow_page: str | None) -> html.Div:
    """Links to a training with the same settings, to its page if it is a training, and to MLflow's pages."""
    ways: list[Any] = [
        html.A(_("Train again with these"), href=href("/training", **{"from": run.run_id})),
        html.A(_("Facts (JSON)"), href=href(f"/api/runs/{run.run_id}/facts.json"), download=f"{run.run_id}-facts.json"),
    ]
    if REQUEST in run.tags:
        ways.insert(0, html.A(_("Its training"), href=training_href(run.run_id)))
    if mlflow_page is not None:
        ways.append(html.A([_("Open in MLflow"), " ↗"], href=mlflow_page, target="_blank", rel="noopener"))
    return html.Div(ways, className="page-ways")


def not_found(run_id: str) -> list[Any]:
    """Returns the page for an address with an unknown run."""
    return [
        html.H1(_("No such run"), className="h3"),
        html.P(around(_("MLflow has no run {run}. It may have been deleted."), run=html.Code(run_id[:64]))),
        html.A(_("Show all runs"), href=href("/mlflow")),
    ]


def _as_list(content: Any) -> list[Any]:
    return content if isinstance(content, list) else [content]


def _kind_of_loss(run: Run, known: KnownHistories) -> list[Any]:
    """Returns a remark if the loss shown is not the total loss."""
    key = run.metric_key("loss", known.vocabulary)
    kind = None if key is None else known.vocabulary.of(run).loss_kind(key)
    if kind in (None, "total"):
        return []
    return [html.Small(words.loss_kind(kind), className="text-body-secondary d-block")]


def _step_of(run: Run, vocabulary: Vocabulary) -> StepMeaning | None:
    """Returns what the steps of the run's reward count, or those of another metric."""
    return vocabulary.of(run).step_of(run.metric_key("reward", vocabulary) or "")


def _facts(run: Run, summary: RunSummary, known: KnownHistories, stated: StatedTool | None) -> list[tuple[str, Any]]:
    """Returns names and values; next to a value is the tool's name of the metric."""

    def logged(field: str, value: str) -> Any:
        key = summary.keys.get(field)
        return value if key in (None, field) else [value, " ", html.Code(key, className="key")]

    rate, reward, loss, length = (known.outcome(run, word) for word in _FINALS)
    loss_facts = _as_list(logged("final_loss", outcome_text(loss, words.number(loss.value))))
    return [
        (_("Run id"), html.Code(run.run_id)),
        (_("Experiment"), html.A(run.experiment, href=href("/mlflow", experiment=run.experiment))),
        (_("Read as"), tool_fact(run.tool, stated, _step_of(run, known.vocabulary))),
        (_("Algorithm"), logged("algorithm", summary.algorithm or words.MISSING)),
        (_("Environment"), logged("environment", summary.environment or words.MISSING)),
        (_("Seed"), logged("seed", words.MISSING if summary.seed is None else str(summary.seed))),
        (_("Started"), notices.moment(words.unix_ms(run.started_at))),
        (_("Duration"), words.duration(summary.duration_seconds)),
        (_("Final success rate"), logged("success_rate", outcome_text(rate, words.percent(rate.value)))),
        (_("Final reward"), logged("final_reward", outcome_text(reward, words.number(reward.value)))),
        (_("Final loss"), [*loss_facts, *_kind_of_loss(run, known)]),
        (_("Final episode length"), logged("episode_length", outcome_text(length, words.number(length.value)))),
        (_("Total episodes"), logged("episodes", words.count(summary.episodes))),
        *_also_without_a_value(run, summary, known),
    ]


def _also_without_a_value(run: Run, summary: RunSummary, known: KnownHistories) -> list[tuple[str, Any]]:
    """Returns all other metrics that ended in NaN or infinity, by name."""
    shown = {summary.keys.get(field) for field in ("success_rate", "final_reward", "final_loss", "episode_length")}
    ends = {key: end for key in sorted(run.metrics) if key not in shown and (end := known.end(run, key)) is not None}
    if not ends:
        return []
    named = [html.Div([html.Code(key), " ", diverged(end)]) for key, end in list(ends.items())[:_MAX_NAMED]]
    if len(ends) > _MAX_NAMED:
        named.append(html.Div(_("and %(n)s more", n=words.count(len(ends) - _MAX_NAMED))))
    return [(_("Other metrics"), named)]
