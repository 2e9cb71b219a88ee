"""All points of a chart as CSV, as they were logged: a chart may smooth them, and never draws all."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from components.charts.known import KnownHistories
from components.charts.lines import curve_request
from components.texts.csv_cells import csv_text
from components.texts.language import _
from components.texts.translate import translate
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import Subject
from domain.charts.history_curves import x_of_points
from domain.errors import ClewError
from domain.errors.records import RunNotFound
from domain.points.point_texts import parts, rows, texts
from domain.tracking.runs import Run

HEAD: Final = ("run_id", "run", "metric", "step", "timestamp", "x", "value")
# In the step column: no numeric parser takes such a row for a point.
INCOMPLETE: Final = "INCOMPLETE"


def head() -> bytes:
    """Returns the header row; x is in the axis's own unit, a timestamp in Unix ms."""
    return csv_text([HEAD]).encode()


def points_of(subject: Subject, run: Run, known: KnownHistories, options: ChartOptions) -> Iterator[bytes]:
    """Yields a row per point in chunks of some thousands; x is empty if the point has no position on the axis."""
    request = curve_request(subject, run, known, options, 0.0)
    if request is None:
        return
    history, x = request.history, x_of_points(request)
    x = np.full(len(history), np.nan) if x is None else x
    before = csv_text([[run.run_id, run.name, subject.key_in(run.metrics, known.vocabulary.of(run))]]).encode().rstrip()
    for part in parts(history):
        columns = (history.step[part], history.timestamp[part])
        yield rows(before, [*map(texts, columns), texts(x[part], not_finite=b""), texts(history.value[part])])


def incomplete(run: Run, key: str, why: str | None) -> bytes:
    """Returns the row that stands for missing points; `why` is None if they are still being fetched."""
    return csv_text([[run.run_id, run.name, key, INCOMPLETE, "", "", why or _("still loading")]]).encode()


def unknown(run_id: str, why: ClewError | None) -> bytes:
    """Returns the row for a run that is not known; `why` is None if it does not exist."""
    return csv_text([[run_id, "", "", INCOMPLETE, "", "", translate(why or RunNotFound(run_id))]]).encode()
