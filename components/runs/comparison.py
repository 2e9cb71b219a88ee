"""The comparison of runs: final metrics as a table, a chart per metric, a line per run or group."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids, notices
from components.artifacts.media_section import media_section
from components.chart_grid.chart_grid import chart_grid
from components.charts.chart_controls import controls, export_menu
from components.charts.charts import line_chart
from components.charts.figures import why_empty
from components.charts.known import KnownHistories
from components.charts.lines import lines
from components.charts.names import shortened
from components.charts.scales import scale_of
from components.charts.sentences.remarks import remarks, stepless
from components.run_facts.changes.places import compare_changes
from components.runs.groups import group_picker
from components.texts import words
from components.texts.language import _, ngettext
from domain.charts.axes import CLOCKS, Axis
from domain.charts.axis_hints import shared_step
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import ChartSpec, Subject
from domain.charts.history_curves import CurveSource, history_curve
from domain.tracking.compared import Compared
from domain.tracking.runs import Run
from domain.tracking.vocabulary import MetricWord

WORDS: tuple[MetricWord, ...] = ("reward", "loss", "success_rate")
# How often a comparison polls for histories that are still being fetched.
PENDING_TICK_MS = 2_500
# The limit of one answer: more lines than a reader can tell apart.
MAX_COMPARED = 1_000


def panel(options: ChartOptions) -> html.Section:
    """Returns the comparison's section on the runs page, hidden until runs are compared.

    Its charts exist from the start.
    """
    return html.Section(
        [
            html.Div(
                [
                    html.H2(_("Comparison"), className="h4 mb-0 me-auto", tabIndex=-1),
                    export_menu(),
                    dbc.Button(_("Close comparison"), id=ids.COMPARE_CLOSE, color="secondary", outline=True, size="sm"),
                ],
                className="d-flex flex-wrap align-items-center gap-2 mb-2",
            ),
            html.Div([html.Div(id=ids.COMPARE_NOTICES), notices.failure_alert("compare")], **{"aria-live": "polite"}),
            controls(options),
            group_picker.picker(options),
            html.Div(id=ids.COMPARE_TABLE, className="table-responsive"),
            chart_grid("compare"),
            compare_changes(),
            media_section(),
        ],
        id=ids.COMPARE_PANEL,
        className="comparison",
        hidden=True,
    )


def figures(
    runs: Sequence[Run],
    known: KnownHistories,
    options: ChartOptions,
    *,
    still_loading: bool,
    sampled: bool = False,
    curve_of: CurveSource = history_curve,
) -> list[dict[str, Any]]:
    """Returns a figure per word of `WORDS` from the histories in `known`; `curve_of` makes the curves."""
    drawn = {spec: lines(spec.of[0], runs, known, options, curve_of) for spec in map(ChartSpec.of_word, WORDS)}
    scale = scale_of([curve for found in drawn.values() for line in found for curve in line.curves], options)
    options = options.model_copy(update={"window": scale.window(options.window)})
    figures = []
    for spec, found in drawn.items():
        sentences = remarks(spec.of[0], runs, known, options, scale, curve_of)
        nothing = _("Loading…") if still_loading else "<br>".join(sentences) or why_empty(options.axis, len(runs))
        step = shared_step(spec.of, runs, known.vocabulary)
        figures.append(
            line_chart(
                spec,
                found,
                nothing=nothing,
                options=options,
                sampled=sampled,
                scale=scale,
                remarks=sentences,
                step=step,
            )
        )
    return figures


def absent(
    compared: Compared, unknown: Sequence[str], drawn: int, pending: int, unread: Sequence[str] = ()
) -> list[str]:
    """Returns sentences on what the comparison cannot show; `drawn` and `pending` are counts.

    `unknown` are the ids of runs that do not exist, `unread` those of runs that could not be read.
    """
    sentences = []
    if unknown:
        names = ", ".join(_shortened(unknown))
        sentences.append(
            _("MLflow has no run %(ids)s.", ids=names) + (" " + _("The others are drawn.") if drawn else "")
        )
    if unread:
        sentences.append(_("Runs that could not be read yet: %(ids)s.", ids=", ".join(_shortened(unread))))
    if compared.malformed:
        sentences.append(
            ngettext(
                "%(num)s entry of the address is not a run id.",
                "%(num)s entries of the address are not run ids.",
                compared.malformed,
            )
        )
    if len(compared.runs) > MAX_COMPARED:
        sentences.append(_("Only the first %(most)s runs are drawn.", most=words.count(MAX_COMPARED)))
    if compared.odd:
        sentences.append(_("The address has an invalid value for %(names)s.", names=", ".join(compared.odd)))
    if pending:
        sentences.append(ngettext("%(num)s history is still loading.", "%(num)s histories are still loading.", pending))
    return sentences


def without_steps(runs: Sequence[Run], known: KnownHistories, options: ChartOptions) -> dbc.Alert | None:
    """Warns about runs that logged no steps, and offers an axis that needs none; assets/charts.js switches to it."""
    found = stepless([Subject(word) for word in WORDS], runs, known) if options.axis not in CLOCKS else []
    if not found:
        return None
    named = ", ".join(shortened(run.name or run.run_id[:8]) for run in found[:3])
    names = named if len(found) <= 3 else f"{named} {_('and %(n)s more', n=len(found) - 3)}"
    offer = html.Button(
        _("Draw over time"),
        type="button",
        className="btn btn-sm btn-outline-secondary",
        **{"data-axis": str(Axis.RELATIVE_TIME)},
    )
    text = _("Steps are missing, all points of a metric are at one: %(names)s.", names=names)
    return dbc.Alert([html.Span(text), " ", offer], color="warning", className="py-2")


def _shortened(unknown: Sequence[str]) -> list[str]:
    named = [run_id[:12] for run_id in unknown[:5]]
    return named if len(unknown) <= 5 else [*named, _("and %(n)s more", n=len(unknown) - 5)]
