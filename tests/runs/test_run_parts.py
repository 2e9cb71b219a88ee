"""A page read by columns equals one that is read run by run, whatever is odd in it."""

import copy
import math
from typing import Any

from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from mlflow_api.run_parts import _one_by_one, parts_of_rows
from mlflow_api.schemas import Experiment

HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(["a,b", "%{x}", "<b>", '"', "a:b", "日本", "🙂", "\u202eabc", "x" * 250, ""]),
)
VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-5, 5),
    st.sampled_from(["NaN", "Infinity", "-Infinity", 1.7976931348623157e308, -1.7976931348623157e308]),
)
INTEGERS = st.one_of(st.integers(-3, 3), st.integers(-(2**63) + 1, 2**63 - 1))
METRICS = st.lists(
    st.fixed_dictionaries({"key": HOSTILE, "value": VALUES}, optional={"step": INTEGERS, "timestamp": INTEGERS}),
    max_size=4,
    unique_by=lambda metric: metric["key"],
)
PAIRS = st.lists(
    st.fixed_dictionaries({"key": HOSTILE}, optional={"value": HOSTILE}), max_size=3, unique_by=lambda pair: pair["key"]
)
TIMES = st.one_of(st.integers(1_500_000_000_000, 1_790_000_000_000), st.sampled_from([0, 1, 1_700_000_000, 10**17]))
ROWS = st.fixed_dictionaries(
    {
        "info": st.fixed_dictionaries(
            {
                "run_id": st.text("0123456789abcdef", min_size=32, max_size=32),
                "experiment_id": st.sampled_from(["0", "1", "77"]),
                "status": st.sampled_from(["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]),
            },
            optional={"run_name": HOSTILE, "start_time": TIMES, "end_time": TIMES},
        )
    },
    optional={"data": st.fixed_dictionaries({}, optional={"metrics": METRICS, "params": PAIRS, "tags": PAIRS})},
)
EXPERIMENTS = {key: Experiment(experiment_id=key, name=f"experiment {key}") for key in ("0", "1")}
ODD: tuple[Any, ...] = (None, 7, True, 1.5, math.nan, "", "x", [], {}, [7], {"key": "a"}, -(2**63), 2**80)


def places(row: Any) -> list[tuple[Any, Any]]:
    """Returns every place of a row that can hold something odd: its container and its name."""
    items = row.items() if isinstance(row, dict) else enumerate(row) if isinstance(row, list) else ()
    return [place for name, value in items for place in [(row, name), *places(value)]]


@given(rows=st.lists(ROWS, max_size=5, unique_by=lambda row: row["info"]["run_id"]))
def test_a_page_read_by_columns_equals_one_read_run_by_run(rows: list[Any]) -> None:
    parts, bad = parts_of_rows(rows, EXPERIMENTS)
    expected, _bad = _one_by_one(rows, EXPERIMENTS)
    assert not bad
    assert parts.equals(expected)


@example_settings(max_examples=200)
@given(
    rows=st.lists(ROWS, min_size=1, max_size=4, unique_by=lambda row: row["info"]["run_id"]),
    odd=st.sampled_from(ODD),
    data=st.data(),
)
def test_an_invalid_value_in_a_row_hides_no_other_run(rows: list[Any], odd: Any, data: st.DataObject) -> None:
    rows = copy.deepcopy(rows)
    holder, name = data.draw(st.sampled_from(places(rows)))
    holder[name] = odd
    parts, bad = parts_of_rows(rows, EXPERIMENTS)
    expected, expected_bad = _one_by_one(rows, EXPERIMENTS)
    assert parts.equals(expected)
    assert bad == expected_bad
    assert len(parts.runs.run_id) + len(bad) >= len({_id(row) for row in rows})


def _id(row: Any) -> str:
    return repr(row["info"].get("run_id") if isinstance(row, dict) and isinstance(row.get("info"), dict) else None)
