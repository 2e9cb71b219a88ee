"""A comparison as CSV, for a paper or a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from components.charts.encoding import points
from components.charts.lines import Known
from components.runs import final_metrics
from domain.charts.chart_options import ChartOptions
from domain.tracking.runs import Run
from domain.tracking.vocabulary import MetricWord

_SEPARATOR: Final = re.compile(r"([;|\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+)")
# Also the wide signs, which spreadsheets take for the narrow ones. Before them may stand what is not seen.
_FORMULA: Final = re.compile(r"[\s\x00-\x20\"'\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]")
_NUMBER: Final = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:inf|infinity|nan)", re.IGNORECASE
)


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
    """A spreadsheet runs text that begins like a formula; an apostrophe keeps it text. Numbers are left alone.

    Also within a text: where a semicolon, a tab or a line's end separates cells for the reader, each piece is one.
    """
    if not isinstance(cell, str) or _NUMBER.fullmatch(cell):
        return cell
    return "".join(f"'{piece}" if _FORMULA.match(piece) else piece for piece in _SEPARATOR.split(cell))
