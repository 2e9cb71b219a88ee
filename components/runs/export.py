"""A comparison as CSV, for a paper or a spreadsheet."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.charts.encoding import points
from components.charts.known import KnownHistories
from components.charts.sentences.line_ends import is_end_mark
from components.runs import final_metrics
from components.texts.csv_cells import csv_text
from components.texts.outcomes import machine_text
from domain.charts.chart_options import ChartOptions
from domain.tracking.outcomes import Outcome
from domain.tracking.runs import Run
from domain.tracking.tool_names import RATES
from domain.tracking.vocabulary import MetricWord


def table_csv(runs: Sequence[Run], known: KnownHistories, options: ChartOptions) -> str:
    """Returns the final metrics in full precision and all parameters, a row per run; missing values are empty.

    A diverged metric shows its last value and where it diverged, a rate outside of 0 to 1 the logged value.
    """
    words = final_metrics.columns(runs, known.vocabulary)
    parameters = sorted({key for run in runs for key in run.params})
    head = ["run_id", "name", "experiment", "status", "episodes", *(f"{options.final}:{word}" for word in words)]
    head += [f"diverged:{word}" for word in words] + [f"out_of_range:{word}" for word in words if word in RATES]
    rows: list[list[Any]] = [[*head, *(f"param:{key}" for key in parameters)]]
    for run in runs:
        found = {word: known.outcome(run, word, options.final) for word in words}
        facts = [run.run_id, run.name, run.experiment, run.status, known.episodes(run)]
        rows.append([*facts, *_cells(found), *(run.params.get(key) for key in parameters)])
    return csv_text(rows)


def _cells(found: Mapping[MetricWord, Outcome]) -> list[Any]:
    """Returns for each metric its value, where it diverged, and for a rate outside of 0 to 1 the logged value."""
    values = [outcome.value for outcome in found.values()]
    diverged = [outcome.diverged and machine_text(outcome.diverged) for outcome in found.values()]
    return values + diverged + [outcome.out_of_range for word, outcome in found.items() if word in RATES]


def points_csv(words: Sequence[MetricWord], figures: Sequence[dict[str, Any]], options: ChartOptions) -> str:
    """Returns the drawn points, a row each: metric, line, axis, smoothing (0: none), x and y.

    Steps and values are the original ones, even if the axes are shifted or scaled. Where a line ended because its
    metric diverged, a row at its last x has no y, and names the value and the step.
    """
    rows: list[list[Any]] = [["metric", "line", "axis", "smoothing", "x", "y", "diverged"]]
    for word, figure in zip(words, figures, strict=True):
        for trace in figure["data"]:
            if trace.get("hoverinfo") == "skip":  # the outline of a band, or the raw values behind a smoothed line
                continue
            facts = [word, trace["meta"]["name"], options.axis, options.smoothing]
            rows += [[*facts, *cells] for cells in _points(trace)]
    return csv_text(rows)


def _points(trace: dict[str, Any]) -> list[list[Any]]:
    """Returns x, y and the divergence, for each point or end mark."""
    if is_end_mark(trace):
        return [[x, None, data[1]] for (x, _y), data in zip(points(trace), trace["customdata"], strict=True)]
    return [[x, y, None] for x, y in points(trace)]
