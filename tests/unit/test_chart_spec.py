"""The subject of a chart as a text: whatever name a metric has, the text means it and nothing else."""

from collections.abc import Callable
from typing import TypeVar, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.charts.chart_spec import MAX_SUBJECTS, ChartSpec, Subject
from domain.charts.figure_query import FigureQuery
from domain.errors import ClewError
from domain.errors.charts.specs import ChartUnreadable, NoSuchWord
from domain.tracking.vocabulary import DEFAULT, MetricWord

T = TypeVar("T")
HOSTILE = ["train/loss", "@reward", "@@", "@", "{", '{"m":["x"]}', "a,b", "%{x}", "<b>", 'quo"te', "a:b", "損失", "🎉"]
keys = st.sampled_from(HOSTILE) | st.text(min_size=1, max_size=40)
words = st.sampled_from(get_args(MetricWord))
subjects = st.builds(Subject, st.none(), keys) | words.map(Subject)
numbers = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def specs(draw: st.DrawFn) -> ChartSpec:
    ends = draw(st.tuples(st.none() | numbers, st.none() | numbers))
    if None not in ends and ends[0] >= ends[1]:
        ends = (None, None)
    return ChartSpec(
        subjects=tuple(map(str, draw(st.lists(subjects, min_size=1, max_size=4, unique=True)))),
        scale=draw(st.sampled_from([None, "linear", "log"])),
        y_from=ends[0],
        y_to=ends[1],
        size=draw(st.sampled_from(["small", "wide"])),
    )


@given(subjects)
def test_a_subject_is_read_as_it_was_written(subject: Subject) -> None:
    assert Subject.parse(str(subject)) == subject


@given(specs())
def test_a_chart_is_read_as_it_was_written(spec: ChartSpec) -> None:
    assert ChartSpec.parse(str(spec)) == spec


def test_a_chart_of_one_metric_is_written_as_its_name() -> None:
    assert str(ChartSpec.of_word("reward")) == "@reward"
    assert str(ChartSpec(subjects=("train/loss",))) == "train/loss"
    assert str(ChartSpec(subjects=("train/loss", "eval/loss"), scale="log", y_from=0, y_to=1)) == (
        '{"m":["train/loss","eval/loss"],"log":true,"y":[0.0,1.0]}'
    )


@given(st.text(max_size=200))
def test_any_address_gives_a_chart_or_a_message(text: str) -> None:
    found = outcome(lambda: ChartSpec.parse(text))
    assert str(found)
    assert isinstance(found, ChartSpec) or found.status == 400


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"m":[]}',
        '{"m":["a"],"y":[1,0]}',
        '{"m":["a"],"y":[1,NaN]}',
        '{"m":["a"],"more":1}',
        "{",
        '{"m":["a","a"]}',
    ],
)
def test_a_text_that_describes_no_chart_is_refused(text: str) -> None:
    with pytest.raises(ChartUnreadable):
        ChartSpec.parse(text)


def test_an_unknown_metric_word_is_named() -> None:
    with pytest.raises(NoSuchWord, match="nonsense"):
        ChartSpec.parse("@nonsense")


def test_a_chart_with_too_many_subjects_is_refused() -> None:
    with pytest.raises(ValidationError):
        ChartSpec(subjects=tuple(map(str, range(MAX_SUBJECTS + 1))))


def test_a_metric_word_is_read_under_each_tools_key() -> None:
    assert Subject("reward").key_in({"rollout/ep_rew_mean", "x"}, DEFAULT) == "rollout/ep_rew_mean"
    assert Subject("reward").key_in({"x"}, DEFAULT) is None
    assert Subject(None, "x").key_in({"x"}, DEFAULT) == "x"
    assert Subject(None, "reward").key_in({"x"}, DEFAULT) is None
    assert Subject("eval_success_rate").scale("eval/pc_success", DEFAULT) == 100
    assert Subject(None, "eval/pc_success").scale("eval/pc_success", DEFAULT) is None


def outcome(call: Callable[[], T]) -> T | ClewError:
    """Returns the result of a call, or the error that refuses it."""
    try:
        return call()
    except ClewError as error:
        return error


options = st.fixed_dictionaries(
    {},
    optional={
        "runs": st.lists(st.text(max_size=70), max_size=4) | st.text(max_size=70) | st.none() | st.integers(),
        "chart": st.text(max_size=40) | st.sampled_from(HOSTILE) | st.none() | st.integers() | st.lists(st.text()),
        "axis": st.text(max_size=40) | st.sampled_from(["step", "metric:", "metric:a", "metric:\n"]) | st.integers(),
        "smoothing": st.floats() | st.text(max_size=5),
        "width": st.integers() | st.text(max_size=5) | st.floats(),
        "x_from": st.floats() | st.text(max_size=9),
        "x_to": st.floats() | st.text(max_size=9),
        "group": st.lists(st.text(max_size=9), max_size=3) | st.text(max_size=9),
        "alone": st.lists(st.text(max_size=9), max_size=3),
        "zone_minutes": st.integers() | st.text(max_size=4),
    },
)


@given(options)
def test_any_chart_request_is_drawn_or_refused_with_a_message(request: dict[str, object]) -> None:
    found = outcome(lambda: FigureQuery.of(request))
    if isinstance(found, FigureQuery):
        assert found.runs
        assert found.chart.of
    else:
        assert found.status in (400, 422)
        assert str(found)


def test_chart_options_are_read_from_an_address() -> None:
    request = {"runs": "a,b", "chart": "@loss", "axis": "metric:a:b", "x_from": "-1e3", "width": "300", "log_y": "true"}
    query = FigureQuery.of(request)
    assert (query.runs, query.options.axis, query.window.ends, query.width) == (
        ("a", "b"),
        "metric:a:b",
        (-1000.0, None),
        300,
    )
    assert query.axis_chosen
    assert query.options.log_y
    assert not FigureQuery.of({"runs": "a", "chart": "x", "axis": ""}).axis_chosen
