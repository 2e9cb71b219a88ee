"""The comparison of runs: final metrics as a table, a chart per metric, a line per run."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids, words
from components.charts import Line, graph, line_chart
from components.colours import LineStyle, line_styles
from components.language import _, ngettext
from components.links import run_href
from domain.history import History
from domain.runs import Run, summarise
from domain.vocabulary import MetricWord, metric_key

WORDS: tuple[MetricWord, ...] = ("reward", "loss", "success_rate")
# Longer than the callback waits for histories: a callback slower than its interval never gets its answer across.
PENDING_TICK_MS = 2_500


def panel() -> html.Section:
    """The comparison's place on the runs page: hidden until runs are compared; the charts are there from the start."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2(_("Comparison"), className="h4 mb-0", tabIndex=-1),
                    dbc.Button(_("Close comparison"), id=ids.COMPARE_CLOSE, color="secondary", outline=True, size="sm"),
                ],
                className="d-flex justify-content-between align-items-center mb-2",
            ),
            html.Div(id=ids.COMPARE_NOTICES, **{"aria-live": "polite"}),
            html.Div(id=ids.COMPARE_TABLE, className="table-responsive"),
            html.Div(
                [graph(ids.chart("compare", word), word, nothing=_("Loading…")) for word in WORDS], className="charts"
            ),
        ],
        id=ids.COMPARE_PANEL,
        className="comparison",
        hidden=True,
    )


def figures(
    runs: Sequence[Run], known: Mapping[tuple[str, str], History], *, still_loading: bool
) -> list[dict[str, Any]]:
    """A figure per word of `WORDS`, a line for each run that logged it; `known` is by (run id, metric key)."""
    styles = line_styles([run.run_id for run in runs])
    return [line_chart(word, _lines(word, runs, known, styles), nothing=_why_empty(still_loading)) for word in WORDS]


def final_metrics(runs: Sequence[Run]) -> dbc.Table:
    """The table of final metrics, a row per run, with the colour of its lines."""
    styles = line_styles([run.run_id for run in runs])
    head = [_("Run"), _("Algorithm"), _("Final reward"), _("Final success rate"), _("Total episodes"), _("Status")]
    return dbc.Table(
        [
            html.Thead(html.Tr([html.Th(text, scope="col", className=_alignment(i)) for i, text in enumerate(head)])),
            html.Tbody([_final_row(run, styles[run.run_id]) for run in runs]),
        ],
        size="sm",
        hover=True,
        class_name="final-metrics mb-2",
    )


def absent(unknown: Sequence[str], malformed: int, pending: int, failures: Sequence[str]) -> list[str]:
    """Sentences about what the comparison cannot show."""
    sentences = []
    if unknown:
        sentences.append(_("MLflow knows no run %(ids)s. The others are drawn.", ids=", ".join(_shortened(unknown))))
    if malformed:
        sentences.append(
            ngettext(
                "%(num)s entry of the address is no run id.",
                "%(num)s entries of the address are no run ids.",
                malformed,
            )
        )
    if pending:
        sentences.append(
            ngettext("%(num)s history is still on its way.", "%(num)s histories are still on their way.", pending)
        )
    return sentences + list(dict.fromkeys(failures))


def line_name(run: Run) -> str:
    """A run's name on a chart, with enough of its id to tell namesakes apart."""
    return f"{run.name or words.MISSING} · {run.run_id[:8]}"


def keys_to_draw(run: Run, wanted: Sequence[MetricWord]) -> list[str]:
    """The metric keys under which this run logged the wanted words."""
    return [key for word in wanted if (key := metric_key(word, run.metrics)) is not None]


def _lines(
    word: MetricWord, runs: Sequence[Run], known: Mapping[tuple[str, str], History], styles: Mapping[str, LineStyle]
) -> list[Line]:
    return [
        Line(line_name(run), known[run.run_id, key], styles[run.run_id])
        for run in runs
        if (key := metric_key(word, run.metrics)) is not None and (run.run_id, key) in known
    ]


def _final_row(run: Run, style: LineStyle) -> html.Tr:
    summary = summarise(run)
    swatch = html.Span(
        className="swatch", style={"borderTopColor": style.colour, "borderTopStyle": _css_dash(style.dash)}
    )
    cells = [
        summary.algorithm or words.MISSING,
        words.number(summary.final_reward),
        words.percent(summary.success_rate),
        words.count(summary.episodes),
    ]
    name = [
        swatch,
        html.A(summary.name or words.MISSING, href=run_href(run.run_id)),
        html.Code(run.run_id[:8], className="ms-2"),
    ]
    if summary.is_sample:
        name.append(sample_badge())
    return html.Tr(
        [
            html.Th(name, scope="row"),
            *(html.Td(text, className=_alignment(i)) for i, text in enumerate(cells, start=1)),
            html.Td(status_badge(run)),
        ]
    )


def status_badge(run: Run) -> dbc.Badge:
    """A run's state as a badge."""
    colours = {
        "RUNNING": "primary",
        "SCHEDULED": "secondary",
        "FINISHED": "success",
        "FAILED": "danger",
        "KILLED": "warning",
    }
    return dbc.Badge(
        words.status_name(run.status), color=colours[run.status], class_name=f"status-{run.status.lower()}"
    )


def sample_badge() -> dbc.Badge:
    """Marks what came with Clew."""
    return dbc.Badge(_("sample"), color="info", text_color="dark", class_name="ms-2")


def _alignment(column: int) -> str:
    return "text-end" if column in (2, 3, 4) else ""


def _css_dash(dash: str) -> str:
    return {"solid": "solid", "dash": "dashed", "dot": "dotted"}[dash]


def _shortened(unknown: Sequence[str]) -> list[str]:
    named = [run_id[:12] for run_id in unknown[:5]]
    return named if len(unknown) <= 5 else [*named, _("and %(n)s more", n=len(unknown) - 5)]


def _why_empty(still_loading: bool) -> str:
    return _("Loading…") if still_loading else _("None of these runs logged this metric.")
