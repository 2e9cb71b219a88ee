"""Charts of diverged runs and rates in another unit: marked, named on hover and below the title, as text and CSV."""

import base64
import csv
import io
import math
from typing import Any

import numpy as np
import pytest

from components.charts.figures import figure
from components.charts.known import KnownHistories
from components.charts.sentences.line_ends import is_end_mark
from components.runs import comparison, export, run_detail
from domain.charts.axes import Axis
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import ChartSpec
from domain.tracking.history import History
from domain.tracking.runs import LatestMetric, Run
from domain.tracking.vocabulary import DEFAULT, Vocabulary
from settings.vocabulary_file import vocabulary_with
from tests.components.test_comparison_options import history, run

NAN, INF = math.nan, math.inf


def column(encoded: dict[str, str]) -> list[Any]:
    return list(np.frombuffer(base64.b64decode(encoded["bdata"]), encoded["dtype"]).tolist())


def drawn(word: str, *logged: list[float], options: ChartOptions | None = None, **more: Any) -> dict[str, Any]:
    """Draws the chart of a word, of runs named a, b, … that logged these values from step 1 on."""
    return charts(word, *logged, options=options, **more)[comparison.WORDS.index(word)]  # type: ignore[arg-type]


def charts(
    word: str, *logged: list[float], options: ChartOptions | None = None, vocabulary: Vocabulary = DEFAULT, **more: Any
) -> list[dict[str, Any]]:
    key = {"reward": "episode_reward", "loss": "loss", "success_rate": "success_rate"}[word]
    runs = [run(name, {key: values[-1]}, seed=name) for name, values in zip("abcdefgh", logged, strict=False)]
    histories = {(one.run_id, key): history(values) for one, values in zip(runs, logged, strict=True)}
    known = KnownHistories(histories, vocabulary, **more)
    return comparison.figures(runs, known, options or ChartOptions(), still_loading=False)


def marks(figure: dict[str, Any]) -> list[tuple[list[Any], list[Any], list[str]]]:
    found = [trace for trace in figure["data"] if is_end_mark(trace)]
    return [(column(trace["x"]), column(trace["y"]), [hover for hover, _ in trace["customdata"]]) for trace in found]


def subtitle(figure: dict[str, Any]) -> str:
    return str(figure["layout"]["title"]["subtitle"]["text"])


def summary(figure: dict[str, Any]) -> str:
    return str(figure["layout"]["meta"]["summary"])


@pytest.mark.parametrize(("value", "named"), [(NAN, "NaN"), (INF, "inf"), (-INF, "−inf")])
@pytest.mark.parametrize("word", comparison.WORDS)
def test_a_line_is_marked_where_it_ended(word: str, value: float, named: str) -> None:
    figure = drawn(word, [0.25, 0.5, value, value], [0.25, 0.5, 0.75, 1.0])
    assert marks(figure) == [([2], [0.5], [f"diverged at step 3 ({named})"])]
    assert subtitle(figure) == "✕ diverged: 1 of 2"
    assert f"diverged at step 3 ({named})" in summary(figure)
    assert summary(figure).count("diverged") == 1


def test_a_single_run_names_the_step_of_its_divergence() -> None:
    assert subtitle(drawn("loss", [1.0, NAN])) == "✕ diverged at step 2 (NaN)"


@pytest.mark.parametrize("axis", [Axis.STEP, Axis.EPISODES, Axis.WALL_TIME, Axis.RELATIVE_TIME])
@pytest.mark.parametrize("smoothing", [0.0, 0.6])
def test_a_divergence_mark_is_at_the_end_of_the_line_on_each_axis(axis: Axis, smoothing: float) -> None:
    options = ChartOptions(axis=axis, smoothing=smoothing)
    figure = drawn("reward", [1.0, 9.0, 2.0, NAN], options=options)
    line = [trace for trace in figure["data"] if trace["mode"] == "lines"][-1]
    [(x, y, _texts)] = marks(figure)
    assert (x, y) == ([column(line["x"])[-1]], [pytest.approx(column(line["y"])[-1])])


def test_a_metric_that_never_was_finite_is_reported_as_diverged() -> None:
    figure = drawn("loss", [NAN, NAN, NAN])
    assert figure["layout"]["annotations"][0]["text"] == "No finite value: diverged at step 1 (NaN)"
    assert "No finite value: diverged at step 1 (NaN)" in summary(figure)
    mixed = drawn("loss", [NAN, NAN], [1.0, 2.0])
    assert subtitle(mixed) == "✕ diverged: 1 of 2"
    assert mixed["layout"]["annotations"] == []


def test_a_recovered_metric_has_no_mark_but_a_notice_of_missing_points() -> None:
    figure = drawn("loss", [1.0, NAN, INF, 0.5])
    assert marks(figure) == []
    assert subtitle(figure) == "2 points without a finite value are not drawn"
    assert subtitle(drawn("loss", [1.0, NAN, 0.5, NAN])) == (
        "✕ diverged at step 4 (NaN)<br>1 point without a finite value is not drawn"
    )


def test_a_sampled_history_gives_only_an_upper_bound_of_the_divergence_step() -> None:
    figure = drawn("loss", [1.0, NAN, NAN], sampled={("a", "loss")})
    assert marks(figure) == [([1], [1.0], ["diverged (NaN at step 2)"])]


def test_a_group_marks_each_seed_that_ended_and_counts_the_remaining_ones() -> None:
    seeds = [[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, NAN, NAN], [1.0, 2.0, 3.0, NAN], [2.0] * 4, [3.0] * 4]
    figure = drawn("reward", *seeds, options=ChartOptions(grouped=True))
    assert marks(figure) == [([2, 3], [2.0, 3.0], ["diverged at step 3 (NaN)", "diverged at step 4 (NaN)"])]
    assert "2 of 5 diverged: 4 left from step 3, 3 left from step 4" in summary(figure)
    centre = next(trace for trace in figure["data"] if "customdata" in trace and trace["mode"] == "lines")
    assert [n for n, _interval in centre["customdata"]] == [5, 5, 4, 3]


def test_the_drawn_points_as_csv_have_a_row_without_a_value_where_a_line_ended() -> None:
    options = ChartOptions()
    figures = charts("loss", [1.0, 0.5, -INF], [1.0, 2.0, 3.0])
    rows = list(csv.DictReader(io.StringIO(export.points_csv(comparison.WORDS, figures, options))))
    ended = [row for row in rows if row["diverged"]]
    assert [(row["x"], row["y"], row["diverged"]) for row in ended] == [("2", "", "step 3: -inf")]
    assert [row["y"] for row in rows if not row["diverged"]] == ["1.0", "0.5", "1.0", "2.0", "3.0"]


@pytest.mark.parametrize("high", [87.0, 1.5])
def test_rates_in_another_unit_are_drawn_as_logged_under_a_labelled_axis(high: float) -> None:
    figure = drawn("success_rate", [0.0, high / 2, high])
    assert column(figure["data"][0]["y"]) == [0.0, high / 2, high]
    assert figure["layout"]["yaxis"]["title"]["text"] == "Success rate, as logged"
    assert subtitle(figure) == "outside of 0–1: drawn as logged"


def test_rates_in_another_unit_are_left_out_next_to_shares_and_named() -> None:
    figure = drawn("success_rate", [0.0, 87.0], [0.25, 0.5])
    assert [column(trace["y"]) for trace in figure["data"]] == [[0.25, 0.5]]
    assert figure["layout"]["yaxis"]["title"]["text"] == "Success rate (0–1)"
    assert subtitle(figure) == "not drawn: a · a (out of range: 87)"
    assert "not drawn: a · a (out of range: 87)" in summary(figure)
    grouped = drawn("success_rate", [0.0, 87.0], *[[0.25, 0.5]] * 3, options=ChartOptions(grouped=True))
    assert grouped["data"][-1]["name"] == "all runs (n=3)"
    assert subtitle(grouped) == "not drawn: 1 of all runs (out of range: 87)"


def test_a_scale_in_the_vocabulary_converts_percents_to_shares() -> None:
    ours = vocabulary_with({"scales": {"success_rate": 100}})
    figure = drawn("success_rate", [0.0, 50.0, 87.0], vocabulary=ours)
    assert column(figure["data"][0]["y"]) == pytest.approx([0.0, 0.5, 0.87])
    assert subtitle(figure) == ""


def test_a_rate_barely_out_of_range_is_drawn_as_0_or_1() -> None:
    assert column(drawn("success_rate", [1.0, 1.0000001, -1e-9])["data"][0]["y"]) == [1.0, 1.0, 0.0]


def test_values_that_32_bits_would_make_infinite_are_drawn() -> None:
    assert column(drawn("loss", [1.0, 1e300])["data"][0]["y"]) == [1.0, 1e300]


def test_long_remarks_are_shortened_and_counted_below_the_title() -> None:
    runs = [run(f"{name}" * 200, {"success_rate": 0.5}) for name in "abcdef"]
    known = KnownHistories(
        {(one.run_id, "success_rate"): history([87.0 if one is not runs[-1] else 0.5]) for one in runs}, DEFAULT
    )
    figure = comparison.figures(runs, known, ChartOptions(), still_loading=False)[2]
    lines = subtitle(figure).split("<br>")
    assert all(len(line) <= 75 for line in lines)
    assert "and 3 more" in lines[-1]
    assert figure["layout"]["margin"]["t"] > 48


def test_the_run_page_marks_divergences_in_all_of_its_charts() -> None:
    """This includes the metrics that a comparison does not draw."""
    points = {key: LatestMetric(value=NAN, step=3, timestamp=0) for key in ("episode_length", "loss")}
    one: Run = run("a", {}).model_copy(update={"metrics": points})
    steps = np.arange(1, 4)
    ended = History(step=steps, value=np.array([5.0, 6.0, NAN]), timestamp=steps)
    known = KnownHistories({("a", key): ended for key in points}, DEFAULT)
    figures = [figure(ChartSpec.of_word(word), [one], known, ChartOptions()) for word in run_detail.WORDS]
    assert [subtitle(each) for each in figures] == [
        "" if word in ("reward", "success_rate") else "✕ diverged at step 3 (NaN)" for word in run_detail.WORDS
    ]
