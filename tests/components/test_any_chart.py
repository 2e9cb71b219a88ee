"""Charts of any metrics: several on one, with a scale and a range of their own, over any axis, with any names."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from components.charts.encoding import column
from components.charts.figures import figure
from components.charts.known import KnownHistories
from domain.charts.axes import Axis
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import ChartSpec, Subject
from domain.charts.curves import Window
from domain.tracking.history import History
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.vocabulary import DEFAULT

TRANSLATIONS = Path(__file__).parents[2] / "components" / "translations"
START_MS = 1_790_000_000_000
RISING = [0.1, 0.2, 0.3, 0.4]
SWINGING = [0.1, 0.4, 0.2, 0.3]


def run(name: str, metrics: dict[str, list[float]], *, seconds: int = 4, **params: str) -> Run:
    end = START_MS + 1000 * seconds
    latest = {key: LatestMetric(value=values[-1], step=len(values), timestamp=end) for key, values in metrics.items()}
    return Run(
        run_id=name,
        name=name,
        experiment_id="1",
        experiment="maze",
        status=RunStatus.FINISHED,
        started_at=datetime.fromtimestamp(START_MS / 1000, UTC),
        ended_at=None,
        params=params,
        metrics=latest,
        tags={},
    )


def history(values: list[float], first_step: int = 1) -> History:
    n = len(values)
    return History(
        step=np.arange(first_step, first_step + n, dtype=np.int64),
        value=np.array(values, np.float64),
        timestamp=START_MS + 1000 * np.arange(n, dtype=np.int64),
    )


def drawn(spec: str, runs: dict[str, dict[str, list[float]]], options: ChartOptions | None = None, **more: Any) -> Any:
    """Draws the figure of runs that logged these values from step 1 on."""
    made = [run(name, metrics) for name, metrics in runs.items()]
    found = {(name, key): history(values) for name, metrics in runs.items() for key, values in metrics.items()}
    return figure(ChartSpec.parse(spec), made, KnownHistories(found, DEFAULT), options or ChartOptions(), **more)


def notice_below(chart: Any) -> str:
    return str(chart["layout"]["title"]["subtitle"]["text"]).replace("<br>", " ")


ANY = st.text(min_size=1, max_size=300) | st.sampled_from(["%{x}", "<b>b</b>", "$x$", "a,b", "train/損失", "\u202ex"])


@given(ANY)
def test_a_chart_of_any_metric_is_titled_with_its_escaped_name(key: str) -> None:
    chart = drawn(str(ChartSpec(subjects=(str(Subject(None, key)),))), {"a": {key: [1.0, 2.0]}})
    [trace] = chart["data"]
    assert column(trace["y"]) == [1.0, 2.0]
    title = chart["layout"]["title"]["text"]
    assert chart["layout"]["yaxis"]["title"]["text"] == title
    assert "<" not in title
    assert "%{" not in title
    assert key in chart["layout"]["meta"]["summary"]


@given(ANY)
def test_an_axis_of_any_metric_is_titled_with_its_escaped_name(key: str) -> None:
    chart = drawn("y", {"a": {"y": [1.0, 2.0], key: [5.0, 6.0]}}, ChartOptions(axis=f"metric:{key[:400]}"))
    if key != "y":
        assert column(chart["data"][0]["x"]) == [5, 6]
    assert "<" not in chart["layout"]["xaxis"]["title"]["text"]
    assert chart["layout"]["meta"]["x"]["axis"] == f"metric:{key}"


def test_a_run_has_one_colour_on_a_chart_and_dashes_distinguish_its_metrics() -> None:
    runs = {"a": {"x": [1.0, 2.0], "y": [3.0, 4.0]}, "b": {"x": [5.0, 6.0], "y": [7.0, 8.0]}}
    chart = drawn('{"m":["x","y"]}', runs)
    styles = {(trace["meta"]["run"], trace["name"][-1]): trace["line"] for trace in chart["data"]}
    assert len(styles) == 4
    for name in ("a · a", "b · b"):
        assert styles[name, "x"]["color"] == styles[name, "y"]["color"]
    assert styles["a · a", "x"]["color"] != styles["b · b", "x"]["color"]
    assert styles["a · a", "x"]["dash"] == styles["b · b", "x"]["dash"] != styles["a · a", "y"]["dash"]
    assert chart["layout"]["title"]["text"] == "x, y"
    assert chart["layout"]["yaxis"]["title"]["text"] == ""
    alone = drawn("x", runs)["data"]
    assert [trace["line"]["color"] for trace in alone] == [styles[n, "x"]["color"] for n in ("a · a", "b · b")]


def test_twenty_metrics_on_one_chart_have_different_line_styles() -> None:
    keys = [f"m{number}" for number in range(20)]
    spec = ChartSpec(subjects=tuple(keys))
    chart = drawn(str(spec), {"a": {key: [1.0, 2.0] for key in keys}})
    line_styles = {(trace["line"]["dash"], trace["marker"].get("symbol"), trace["mode"]) for trace in chart["data"]}
    assert len(line_styles) == 20
    assert "and 17 more" in chart["layout"]["title"]["text"]


def test_a_chart_can_combine_a_metric_word_and_a_metric_key() -> None:
    chart = drawn('{"m":["@success_rate","eval/x"]}', {"a": {"success_rate": [0.5, 1.0], "eval/x": [1.0, 2.0]}})
    assert chart["layout"]["title"]["text"] == "Success rate, eval/x"
    assert [trace["name"] for trace in chart["data"]] == ["a · a · Success rate", "a · a · eval/x"]


def test_a_rate_is_drawn_as_logged_under_its_key_and_as_a_share_under_its_word() -> None:
    runs = {"a": {"eval/pc_success": [50.0, 100.0]}}
    assert column(drawn("eval/pc_success", runs)["data"][0]["y"]) == [50.0, 100.0]
    assert column(drawn("@eval_success_rate", runs)["data"][0]["y"]) == [0.5, 1.0]


@pytest.mark.parametrize(
    ("spec", "kind", "ends"),
    [
        ('{"m":["x"],"y":[0,5]}', "linear", [0.0, 5.0]),
        ('{"m":["x"],"y":[null,5]}', "linear", [None, 5.0]),
        ('{"m":["x"],"log":true,"y":[0.1,100]}', "log", [-1.0, 2.0]),
        ('{"m":["x"],"log":true,"y":[0,100]}', "log", [None, 2.0]),
        ('{"m":["x"],"log":false}', "linear", None),
        ("x", "log", None),
    ],
)
def test_a_chart_has_the_scale_and_range_of_its_spec(spec: str, kind: str, ends: list[Any] | None) -> None:
    axis = drawn(spec, {"a": {"x": [1.0, 2.0]}}, ChartOptions(log_y=spec == "x"))["layout"]["yaxis"]
    assert (axis["type"], axis.get("range")) == (kind, ends)


def test_a_range_on_the_symmetric_logarithmic_scale_is_converted_like_the_values() -> None:
    runs = {"a": {"x": [-100.0, 0.0, 100.0]}}
    axis = drawn('{"m":["x"],"log":true,"y":[-100,100]}', runs)["layout"]["yaxis"]
    (trace,) = drawn('{"m":["x"],"log":true}', runs)["data"]
    y = column(trace["y"])
    assert axis["range"] == pytest.approx([y[0], y[-1]], rel=1e-6)


def test_runs_without_the_axis_are_left_out_and_named() -> None:
    runs = {"a": {"y": RISING, "x": RISING}, "without": {"y": RISING}}
    chart = drawn("y", runs, ChartOptions(axis="metric:x"))
    assert len(chart["data"]) == 1
    assert "left out, without x: without" in notice_below(chart)
    assert "None of these runs logged this metric together with z." in str(
        drawn("y", runs, ChartOptions(axis="metric:z"))["layout"]["annotations"]
    )


def test_points_without_a_logged_axis_value_are_counted() -> None:
    chart = drawn("y", {"a": {"y": [*RISING, 0.5, 0.6], "x": RISING}}, ChartOptions(axis="metric:x"))
    assert len(column(chart["data"][0]["x"])) == 4
    assert "2 points left out because x was not logged at their steps: a" in notice_below(chart)


def test_a_line_over_an_axis_that_goes_back_and_forth_is_drawn_in_order_of_steps() -> None:
    options = ChartOptions(axis="metric:x", grouped=True, group=("all",))
    for chosen in (options, options.model_copy(update={"grouped": False})):
        chart = drawn("y", {"a": {"y": RISING, "x": SWINGING}}, chosen)
        assert column(chart["data"][0]["x"]) == pytest.approx(SWINGING)
        assert "x goes back and forth, drawn in the order of steps: a" in notice_below(chart)


def test_an_axis_that_only_falls_is_drawn_from_left_to_right() -> None:
    chart = drawn("y", {"a": {"y": RISING, "x": RISING[::-1]}}, ChartOptions(axis="metric:x"))
    assert column(chart["data"][0]["x"]) == pytest.approx(RISING)
    assert "back and forth" not in notice_below(chart)


def test_a_single_run_can_be_drawn_in_addition_to_the_groups() -> None:
    runs = [run(name, {"y": RISING}, seed=name) for name in "abc"]
    known = KnownHistories({(one.run_id, "y"): history(RISING) for one in runs}, DEFAULT)
    options = ChartOptions(grouped=True, alone=("b",))
    band, centre, alone = figure(ChartSpec.parse("y"), runs, known, options)["data"]
    assert band["fill"] == "toself"
    assert centre["customdata"][0][0] == 3
    assert alone["name"] == "b · b"
    assert alone["line"]["color"] != centre["line"]["color"]


@pytest.mark.parametrize(("seconds", "divisor"), [(60, 1), (7_200, 3_600)])
def test_all_charts_of_the_same_runs_have_the_same_unit_of_time(seconds: int, divisor: int) -> None:
    one = run("a", {"y": RISING}, seconds=seconds)
    known = KnownHistories({("a", "y"): history(RISING)}, DEFAULT)
    chart = figure(ChartSpec.parse("y"), [one], known, ChartOptions(axis=Axis.RELATIVE_TIME))
    assert chart["layout"]["meta"]["x"] == {"axis": "relative_time", "divisor": divisor, "shift": 0, "base": 0}
    assert column(chart["data"][0]["x"])[-1] == pytest.approx(3 / divisor)


def test_a_zoom_window_is_converted_to_the_unit_of_the_axis() -> None:
    one = run("a", {"y": RISING}, seconds=7_200)
    known = KnownHistories({("a", "y"): history(list(map(float, range(100))))}, DEFAULT)
    options = ChartOptions(axis=Axis.RELATIVE_TIME)
    window = Window(x_from=36, x_to=72)
    chart = figure(ChartSpec.parse("y"), [one], known, options, window=window)
    assert chart["layout"]["xaxis"]["range"] == [0.01, 0.02]
    assert column(chart["data"][0]["y"]) == [float(value) for value in range(35, 74)]


@given(st.integers(16, 2_000), st.integers(1, 12))
def test_no_line_has_more_points_than_the_chart_has_pixels(width: int, lines: int) -> None:
    values = list(np.random.default_rng(width).normal(size=3_000))
    chart = drawn("y", {f"r{number}": {"y": values} for number in range(lines)}, width=width)
    for trace in chart["data"]:
        assert len(column(trace["y"])) <= width
        assert np.float32(min(values)) in np.array(column(trace["y"]), np.float32)
        assert np.float32(max(values)) in np.array(column(trace["y"]), np.float32)


def test_the_notice_below_a_chart_is_translated_into_japanese(app_in_japanese: Flask) -> None:
    with app_in_japanese.test_request_context("/?lang=ja"):
        chart = drawn("y", {"a": {"y": RISING, "x": SWINGING}, "b": {"y": RISING}}, ChartOptions(axis="metric:x"))
    assert "x がないため除外：b" in notice_below(chart)


@pytest.fixture(scope="module")
def app_in_japanese() -> Flask:
    server = Flask("test")
    server.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(server, locale_selector=lambda: "ja")
    return server
