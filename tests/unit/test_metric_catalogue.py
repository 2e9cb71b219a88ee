"""The logged metrics to choose from, and points as texts: equal to the result of a plain loop."""

import csv
import io
import math
from collections import Counter
from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.charts.metric_catalogue import metric_catalogue
from domain.points.extremes import extremes
from domain.points.point_texts import rows, texts
from domain.tracking.history import History
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.vocabulary import DEFAULT

NAMED = sorted(DEFAULT.named)
keys = st.sampled_from([*NAMED[:20], "a,b", "%{x}", "<b>", "損失", "@reward", 'q"'])


def run(name: str, metrics: set[str], params: set[str]) -> Run:
    return Run(
        run_id=name,
        name=name,
        experiment_id="1",
        experiment="e",
        status=RunStatus.FINISHED,
        started_at=datetime.fromtimestamp(1_790_000_000, UTC),
        ended_at=None,
        params=dict.fromkeys(params, "1"),
        metrics={key: LatestMetric(value=1.0, step=1, timestamp=0) for key in metrics},
        tags={},
    )


@given(st.lists(st.tuples(st.sets(keys), st.sets(keys)), max_size=6))
def test_the_catalogue_lists_every_key_with_its_number_of_runs(logged: list[tuple[set[str], set[str]]]) -> None:
    runs = [run(str(number), *sets) for number, sets in enumerate(logged)]
    found = metric_catalogue(runs, DEFAULT)
    counted = Counter(key for metrics, _params in logged for key in metrics)
    assert [(key, number) for key, number, _word in found.metrics] == sorted(counted.items())
    for key, _number, word in found.metrics:
        assert (word is None) == (key not in DEFAULT.named)
        assert word is None or key in DEFAULT.metrics[word]
    assert dict(found.params) == Counter(key for _metrics, params in logged for key in params)
    for word, number in found.presets.items():
        assert number == sum(bool(metrics & set(DEFAULT.metrics[word])) for metrics, _params in logged)
    assert found.runs == len(logged)


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.floats()), max_size=50))
def test_points_written_as_text_are_read_as_the_same_numbers(points: list[tuple[int, float]]) -> None:
    step, value = np.array([a for a, _b in points], np.int64), np.array([b for _a, b in points], np.float64)
    read = list(csv.reader(io.StringIO(rows(b"run", [texts(step), texts(value)]).decode())))
    assert len(read) == len(points)
    for (name, found_step, found_value), (true_step, true_value) in zip(read, points, strict=True):
        assert name == "run"
        assert int(found_step) == true_step
        assert float(found_value) == true_value or (math.isnan(true_value) and found_value == "NaN")
    assert texts(value, not_finite=b"") == [cell if math.isfinite(float(cell)) else b"" for cell in texts(value)]


@given(st.lists(st.floats(), max_size=30))
def test_extremes_ignore_values_that_are_not_finite(values: list[float]) -> None:
    n = len(values)
    column = np.arange(n, dtype=np.int64)
    found = extremes(History(step=column, value=np.array(values, np.float64), timestamp=column))
    finite = [value for value in values if math.isfinite(value)]
    assert found == (min(finite, default=None), max(finite, default=None), n)
