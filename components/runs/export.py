"""A comparison as CSV, for a paper or a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from components.charts.encoding import points
from components.charts.lines import Known
from components.runs import final_metrics
from domain.charts.chart_options import ChartOptions
from domain.tracking.runs import Run
from domain.tracking.vocabulary import MetricWord


def table_csv(runs: Sequence[Run], known: Known, options: ChartOptions) -> str:
    """The final metrics with all digits and all parameters, a row per run; missing values are empty."""
    words = final_metrics.columns(runs, known.vocabulary)
    parameters = sorted({key for run in runs for key in run.params})
    head = ["run_id", "name", "experiment", "status", "episodes", *(f"{options.final}:{word}" for word in words)]
    rows: list[list[Any]] = [[*head, *(f"param:{key}" for key in parameters)]]
    for run in runs:
        finals = [final_metrics.final(run, word, known, options).value for word in words]
        facts = [run.run_id, run.name, run.experiment, run.status, known.episodes(run)]
        rows.append([*facts, *finals, *(run.params.get(key) for key in parameters)])
    return _csv(rows)


def points_csv(words: Sequence[MetricWord], figures: Sequence[dict[str, Any]], options: ChartOptions) -> str:
    """What the charts draw, a row per point: metric, line, axis, smoothing (0: none), x and y.

    Steps and values are told as they are, also where the axes count from the first step or make room for zero.
    """
    rows: list[list[Any]] = [["metric", "line", "axis", "smoothing", "x", "y"]]
    for word, figure in zip(words, figures, strict=True):
        for trace in figure["data"]:
            if trace.get("hoverinfo") == "skip":  # a band's outline, or the values behind a smoothed line
                continue
            line = trace["meta"]["name"]
            rows += [[word, line, options.axis, options.smoothing, x, y] for x, y in points(trace)]
    return _csv(rows)


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([[_harmless(cell) for cell in row] for row in rows])
    return text.getvalue()


def _harmless(cell: Any) -> Any:
    """A spreadsheet runs text that begins like a formula; an apostrophe keeps it text. Numbers are left alone."""
    if not isinstance(cell, str) or not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
