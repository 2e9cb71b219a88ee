"""Charts of odd steps, odd clocks and negative values: each explains what it does, and none is an empty frame."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.charts.encoding import column
from components.charts.figures import figure as figure_of
from components.charts.known import KnownHistories
from components.runs import comparison, export
from domain.charts.axes import Axis
from domain.charts.axis_checks import axis_for
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import ChartSpec
from domain.charts.curves import Window
from domain.charts.seed_curves import Band
from domain.moments import latest_ms
from domain.tracking.history import History
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.vocabulary import DEFAULT

START_MS = 1_790_000_000_000
NOW = datetime(2026, 11, 29, tzinfo=UTC)
NS = START_MS * 1_000_000


def run(name: str, **params: str) -> Run:
    return Run(
        run_id=name,
        name=name,
        experiment_id="1",
        experiment="maze",
        status=RunStatus.FINISHED,
        started_at=datetime.fromtimestamp(START_MS / 1000, UTC),
        ended_at=None,
        params=params,
        metrics={"episode_reward": LatestMetric(value=1.0, step=7, timestamp=START_MS)},
        tags={},
    )


def history(values: list[float], steps: list[int] | None = None, moments: list[int] | None = None) -> History:
    n = len(values)
    return History(
        step=np.arange(1, n + 1, dtype=np.int64) if steps is None else np.array(steps, np.int64),
        value=np.array(values, np.float64),
        timestamp=START_MS + 1000 * np.arange(n, dtype=np.int64) if moments is None else np.array(moments, np.int64),
    )


def known(**histories: History) -> tuple[list[Run], KnownHistories]:
    found = {(name, "episode_reward"): one for name, one in histories.items()}
    return [run(name) for name in histories], KnownHistories(found, DEFAULT, latest_ms(NOW))


def chart(options: ChartOptions, **histories: History) -> dict[str, Any]:
    runs, found = known(**histories)
    return comparison.figures(runs, found, options, still_loading=False)[0]


def single_run_figure(run: Run, found: KnownHistories) -> dict[str, Any]:
    """Draws the reward of a run alone on the axis that fits it."""
    spec = ChartSpec.of_word("reward")
    axis = axis_for(found.history(run, spec.of[0]), found.latest)
    return figure_of(spec, [run], found, ChartOptions(axis=axis))


def notice_of(figure: dict[str, Any]) -> str:
    return str(figure["layout"]["title"]["subtitle"]["text"]).replace("<br>", " ")


def csv_rows(options: ChartOptions, **histories: History) -> list[dict[str, str]]:
    runs, found = known(**histories)
    figures = comparison.figures(runs, found, options, still_loading=False)
    return list(csv.DictReader(io.StringIO(export.points_csv(comparison.WORDS, figures, options))))


class TestSteps:
    @pytest.mark.parametrize("step", [0, 7, -3, NS])
    def test_missing_steps_are_reported_and_a_time_axis_is_offered(self, step: int) -> None:
        still = {"good": history([1.0, 2.0]), "still": history([1.0, 2.0], [step, step])}
        figure = chart(ChartOptions(), **({"still": still["still"]} if step == NS else still))
        assert "steps are missing, all points at one: still" in notice_of(figure)
        runs, found = known(**still)
        offer = str(comparison.without_steps(runs, found, ChartOptions()))
        assert "still" in offer
        assert "good" not in offer
        assert "relative_time" in offer
        assert comparison.without_steps(runs, found, ChartOptions(axis=Axis.WALL_TIME)) is None
        assert comparison.without_steps(runs[:1], found, ChartOptions()) is None

    def test_the_run_page_draws_a_metric_without_steps_over_time(self) -> None:
        runs, found = known(still=history([1.0, 2.0, 3.0], [0, 0, 0]))
        figure = single_run_figure(runs[0], found)
        assert column(figure["data"][0]["x"]) == [0, 1, 2]
        assert "Time since the start" in figure["layout"]["xaxis"]["title"]["text"]

    def test_a_metric_without_steps_and_times_is_drawn_with_a_notice(self) -> None:
        runs, found = known(still=history([1.0, 2.0], [0, 0], [0, 0]))
        figure = single_run_figure(runs[0], found)
        assert "steps are missing" in notice_of(figure)
        assert len(column(figure["data"][0]["x"])) == 2

    @pytest.mark.parametrize("step", [0, 7])
    def test_a_history_at_a_single_step_gives_no_number_of_episodes(self, step: int) -> None:
        runs, found = known(still=history([1.0, 2.0], [step, step]), good=history([1.0, 2.0]))
        assert [found.episodes(one) for one in runs] == [None, 7]
        assert csv.DictReader(io.StringIO(export.table_csv(runs, found, ChartOptions()))).__next__()["episodes"] == ""

    def test_steps_in_nanoseconds_are_drawn_relative_to_the_first_and_described_in_full(self) -> None:
        steps = [NS + 1_000_001 * n for n in range(60)]
        figure = chart(ChartOptions(), far=history([float(n) for n in range(60)], steps))
        (trace,) = figure["data"]
        assert column(trace["x"]) == [1_000_001 * n for n in range(60)]
        assert trace["text"] == [str(step) for step in steps]
        assert "%{text}" in trace["hovertemplate"]
        assert figure["layout"]["xaxis"]["title"]["text"] == f"Step − {NS:,}"
        assert [int(row["x"]) for row in csv_rows(ChartOptions(), far=history([0.0] * 60, steps))] == steps

    @given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=20, unique=True))
    def test_the_csv_contains_every_step_as_logged(self, steps: list[int]) -> None:
        steps.sort()
        assert [int(row["x"]) for row in csv_rows(ChartOptions(), one=history([1.0] * len(steps), steps))] == steps

    def test_a_zoom_into_steps_in_nanoseconds_draws_every_point_of_the_window(self) -> None:
        steps = [NS + 10 * n for n in range(5_000)]
        window = Window(x_from=NS + 100, x_to=NS + 199)
        figure = chart(ChartOptions(window=window), far=history([float(n % 7) for n in range(5_000)], steps))
        assert column(figure["data"][0]["x"]) == [10 * n for n in range(9, 21)]

    def test_steps_beyond_53_bits_are_left_out_next_to_other_runs_and_named(self) -> None:
        figure = chart(ChartOptions(), far=history([1.0, 2.0], [NS, NS + 1]), good=history([1.0, 2.0]))
        assert [trace["meta"]["name"] for trace in figure["data"]] == ["good · good"]
        assert "left out because their steps are beyond 2^53: far" in notice_of(figure)

    def test_groups_leave_out_runs_with_steps_beyond_53_bits(self) -> None:
        seeds = {f"s{n}": history([1.0, float(n)]) for n in range(3)}
        runs, found = known(far=history([1.0, 2.0], [NS, NS + 1]), **seeds)
        runs = [one.model_copy(update={"params": {"algorithm": "PPO", "seed": one.name}}) for one in runs]
        figure = comparison.figures(runs, found, ChartOptions(grouped=True), still_loading=False)[0]
        assert figure["data"][-1]["customdata"][0][0] == 3
        assert "beyond 2^53: far" in notice_of(figure)


class TestClocks:
    @pytest.mark.parametrize("axis", [Axis.WALL_TIME, Axis.RELATIVE_TIME])
    @pytest.mark.parametrize("odd", [0, START_MS // 1000, START_MS * 10**6, START_MS + 10**12, 2**63 - 1])
    def test_a_run_with_impossible_times_is_left_out_of_a_time_axis_and_named(self, axis: Axis, odd: int) -> None:
        figure = chart(ChartOptions(axis=axis), good=history([1.0, 2.0]), odd=history([1.0, 2.0], None, [odd, odd]))
        assert [trace["meta"]["name"] for trace in figure["data"]] == ["good · good"]
        assert "left out because their times are invalid: odd" in notice_of(figure)
        x = column(figure["data"][0]["x"])
        assert max(x) - min(x) <= 1000

    def test_the_empty_chart_states_that_all_times_are_impossible(self) -> None:
        figure = chart(ChartOptions(axis=Axis.WALL_TIME), odd=history([1.0, 2.0], None, [0, 0]))
        assert figure["data"] == []
        assert "times are invalid: odd" in figure["layout"]["annotations"][0]["text"]
        assert "times are invalid: odd" in figure["layout"]["meta"]["summary"]

    def test_single_impossible_times_and_a_clock_that_goes_back_are_reported(self) -> None:
        some = history([1.0, 2.0, 3.0], None, [START_MS, 0, START_MS + 2000])
        back = history([1.0, 2.0], None, [START_MS + 7_200_000, START_MS])
        figure = chart(ChartOptions(axis=Axis.RELATIVE_TIME), some=some, back=back)
        assert "1 point left out because its time is invalid: some" in notice_of(figure)
        assert "times go back between steps by up to 2 h 00 min: back" in notice_of(figure)

    def test_all_charts_have_the_same_unit_of_time(self) -> None:
        runs, found = known(one=history([1.0, 2.0], None, [START_MS, START_MS + 3 * 3_600_000]))
        metrics = runs[0].metrics | {"loss": LatestMetric(value=1.0, step=2, timestamp=START_MS)}
        runs = [runs[0].model_copy(update={"metrics": metrics})]
        found = found._replace(histories={**found.histories, ("one", "loss"): history([1.0, 2.0])})
        options = ChartOptions(axis=Axis.RELATIVE_TIME)
        reward, loss, _rate = comparison.figures(runs, found, options, still_loading=False)
        assert reward["layout"]["xaxis"]["title"]["text"] == loss["layout"]["xaxis"]["title"]["text"]


class TestLogarithm:
    @given(st.lists(st.floats(-1e6, 1e6, width=32, allow_subnormal=False), min_size=1, max_size=40), st.floats(0, 0.9))
    def test_a_logarithmic_chart_of_any_values_draws_and_describes_each_of_them(
        self, values: list[float], weight: float
    ) -> None:
        options = ChartOptions(log_y=True, smoothing=weight)
        figure = chart(options, one=history(values))
        traces = figure["data"]
        assert all(np.isfinite(column(trace["y"])).all() for trace in traces)
        if min(values) > 0:
            assert figure["layout"]["yaxis"]["type"] == "log"
            return
        assert "logarithmic on both sides of 0" in notice_of(figure)
        axis = figure["layout"]["yaxis"]
        assert axis["type"] == "linear"
        assert len(axis["tickvals"]) == len(axis["ticktext"]) >= 1
        if not weight:
            assert [row[-1] for row in traces[-1]["customdata"]] == values
            assert [float(row["y"]) for row in csv_rows(options, one=history(values))] == values

    def test_negative_values_are_drawn_on_the_symmetric_logarithm(self) -> None:
        figure = chart(ChartOptions(log_y=True), one=history([-190.0, -100.0, -20.0]))
        assert figure["layout"]["yaxis"]["ticktext"] == ["-100", "-50", "-20"]
        y = column(figure["data"][0]["y"])
        assert y == sorted(y)
        assert max(y) < 0
        assert "customdata[0]" in figure["data"][0]["hovertemplate"]

    def test_a_band_that_reaches_below_zero_is_drawn_on_the_symmetric_logarithm(self) -> None:
        seeds = {f"s{n}": history([1.0, 0.1 + 10.0 * n**4]) for n in range(4)}
        runs, found = known(**seeds)
        runs = [one.model_copy(update={"params": {"algorithm": "PPO", "seed": one.name}}) for one in runs]
        options = ChartOptions(log_y=True, grouped=True, band="deviation")
        band, centre = comparison.figures(runs, found, options, still_loading=False)[0]["data"]
        assert min(column(band["y"])) < 0 < min(column(centre["y"]))
        assert centre["customdata"][0] == [4, "1 … 1", 1.0]
        assert "customdata[2]" in centre["hovertemplate"]

    def test_a_zoom_keeps_the_symmetric_logarithm_of_the_whole_chart(self) -> None:
        values = history([-1000.0, *np.linspace(1, 2, 3_000)])
        whole, part = (
            chart(ChartOptions(log_y=True, window=window), one=values)
            for window in (Window(), Window(x_from=1000, x_to=1100))
        )
        at = dict(zip(column(whole["data"][0]["x"]), column(whole["data"][0]["y"]), strict=True))
        seen = dict(zip(column(part["data"][0]["x"]), column(part["data"][0]["y"]), strict=True))
        assert set(at) & set(seen)
        assert all(at[x] == seen[x] for x in set(at) & set(seen))
        assert whole["layout"]["yaxis"]["uirevision"] == part["layout"]["yaxis"]["uirevision"]


class TestHugeValues:
    """Plotly takes values beyond 1.8e304 as missing, and draws nothing for a span beyond the largest number."""

    @pytest.mark.parametrize("ends", [[1e308, -1e308], [1.7e308, 1.6e308], [1.0, 2e304]])
    def test_huge_values_are_drawn_scaled_and_described_as_they_are(self, ends: list[float]) -> None:
        figure = chart(ChartOptions(), huge=history([*ends, 1.0]))
        (trace,), axis = figure["data"], figure["layout"]["yaxis"]
        places = column(trace["y"])
        assert np.abs(places).max() < 1e300
        assert places[0] - places[1] == pytest.approx(ends[0] / 1e300 - ends[1] / 1e300)
        assert [row[-1] for row in trace["customdata"]] == [*ends, 1.0]
        assert "customdata" in trace["hovertemplate"]
        assert len(axis["tickvals"]) == len(axis["ticktext"]) > 1
        assert all(np.isfinite([float(text) for text in axis["ticktext"]]))
        assert [float(row["y"]) for row in csv_rows(ChartOptions(), huge=history([*ends, 1.0]))] == [*ends, 1.0]

    @pytest.mark.parametrize("band", list(Band))
    def test_groups_of_huge_values_have_a_line_and_a_band(self, band: Band) -> None:
        seeds = {f"s{n}": history([1e308, -1.7e308, 1.7e308, 0.0]) for n in range(4)}
        runs, found = known(**seeds)
        runs = [one.model_copy(update={"params": {"algorithm": "PPO", "seed": one.name}}) for one in runs]
        options = ChartOptions(grouped=True, band=band)
        band_trace, line = comparison.figures(runs, found, options, still_loading=False)[0]["data"]
        assert [row[-1] for row in line["customdata"]] == [1e308, -1.7e308, 1.7e308, 0.0]
        assert len(column(band_trace["y"])) == 8

    def test_values_that_plotly_can_draw_are_not_scaled(self) -> None:
        figure = chart(ChartOptions(), one=history([1e300, -1e300]))
        assert column(figure["data"][0]["y"]) == [1e300, -1e300]
        assert "tickvals" not in figure["layout"]["yaxis"]

    def test_a_range_of_a_chart_with_huge_values_is_scaled_like_them(self) -> None:
        runs, found = known(huge=history([1e308, -1e308]))
        spec = ChartSpec.of_word("reward").model_copy(update={"y_from": 0.0, "y_to": 5e307})
        axis = figure_of(spec, runs, found, ChartOptions())["layout"]["yaxis"]
        assert axis["range"] == pytest.approx([0.0, 5e7])
