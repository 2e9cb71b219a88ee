"""Charts are functions of values."""

import base64
from typing import Any, get_args

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from components.charts.charts import POINTS_PER_LINE, line_chart
from components.charts.traces import Line
from components.colours import DASHES, PALETTE, LineStyle, line_styles
from components.texts.words import metric_axis, metric_name
from domain.charts.chart_spec import ChartSpec
from domain.charts.curves import curve
from domain.tracking.vocabulary import MetricWord

STYLE = LineStyle("#000000", "solid")


def line(name: str, values: list[float], first_step: int = 1, style: LineStyle = STYLE) -> Line:
    steps = np.arange(first_step, first_step + len(values), dtype=np.float64)
    return Line(name, [curve(steps, np.array(values, np.float64))], [], style)


def column(encoded: dict[str, str]) -> Any:
    return np.frombuffer(base64.b64decode(encoded["bdata"]), encoded["dtype"])


def test_a_line_is_drawn_as_it_was_logged() -> None:
    figure = line_chart(ChartSpec.of_word("loss"), [line("a", [3.0, 2.0, 1.0])], nothing="nothing")
    (trace,) = figure["data"]
    assert trace["name"] == "a"
    assert column(trace["x"]).tolist() == [1, 2, 3]
    assert column(trace["y"]).tolist() == [3.0, 2.0, 1.0]
    assert figure["layout"]["annotations"] == []


def test_each_metric_word_has_a_name_and_an_axis() -> None:
    assert all(metric_name(word) and metric_axis(word) for word in get_args(MetricWord))


def test_an_empty_chart_states_the_reason() -> None:
    figure = line_chart(ChartSpec.of_word("loss"), [], nothing="None of these runs logged this metric.")
    assert figure["data"] == []
    assert figure["layout"]["annotations"][0]["text"] == "None of these runs logged this metric."


def test_a_single_point_is_visible() -> None:
    (trace,) = line_chart(ChartSpec.of_word("loss"), [line("a", [1.0])], nothing="")["data"]
    assert trace["mode"] == "markers"


def test_the_subtitle_states_how_many_points_of_a_long_line_are_drawn() -> None:
    figure = line_chart(ChartSpec.of_word("reward"), [line("a", list(range(10_000)))], nothing="")
    drawn = len(column(figure["data"][0]["x"]))
    assert drawn <= POINTS_PER_LINE
    assert figure["layout"]["title"]["subtitle"]["text"] == f"{drawn:,} of 10,000 points"


def test_three_hundred_lines_are_reduced_to_30_000_points() -> None:
    lines = [line(str(i), list(map(float, range(2_000)))) for i in range(300)]
    figure = line_chart(ChartSpec.of_word("reward"), lines, nothing="")
    assert len(figure["data"]) == 300
    assert sum(len(column(trace["x"])) for trace in figure["data"]) <= 30_000


@given(st.lists(st.floats(-1e9, 1e9, width=32), min_size=1, max_size=5_000))
def test_a_downsampled_line_keeps_its_minimum_and_maximum(values: list[float]) -> None:
    (trace,) = line_chart(ChartSpec.of_word("reward"), [line("a", values)], nothing="")["data"]
    drawn = column(trace["y"])
    assert len(drawn) <= POINTS_PER_LINE
    assert drawn.min() == min(values)
    assert drawn.max() == max(values)


def test_steps_beyond_32_bits_keep_their_value() -> None:
    (trace,) = line_chart(ChartSpec.of_word("loss"), [line("a", [1.0, 2.0], first_step=2**40)], nothing="")["data"]
    assert column(trace["x"]).tolist() == [2**40, 2**40 + 1]


@given(st.lists(st.text(min_size=1), unique=True, max_size=len(PALETTE) * len(DASHES)))
def test_each_run_has_its_own_line_style(run_ids: list[str]) -> None:
    styles = line_styles(run_ids)
    assert set(styles) == set(run_ids)
    assert len(set(styles.values())) == len(run_ids)


@given(st.lists(st.text(min_size=1), unique=True, min_size=1, max_size=20))
def test_a_run_keeps_its_colour_when_runs_are_added_after_it(run_ids: list[str]) -> None:
    whole = line_styles(run_ids)
    assert all(line_styles(run_ids[:n]) == {i: whole[i] for i in run_ids[:n]} for n in range(len(run_ids)))


def test_the_subtitle_explains_the_dashes_of_several_metrics() -> None:
    spec = ChartSpec(subjects=("@loss", "<b>eval</b>/loss", "a", "b", "c", "d"))
    figure = line_chart(spec, [line("run", [1.0, 2.0])], nothing="")
    legend = figure["layout"]["title"]["subtitle"]["text"].replace("<br>", " · ").split(" · ")
    assert legend == ["─── Loss", "┈┈┈ &lt;b&gt;eval&lt;/b&gt;/loss", "╌╌╌ a", "─·─ b", "— — c", "───● d"]
    alone = line_chart(ChartSpec.of_word("loss"), [line("run", [1.0, 2.0])], nothing="")
    assert alone["layout"]["title"]["subtitle"]["text"] == ""
