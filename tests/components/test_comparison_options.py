"""The options of a comparison: axes, smoothing, seeds, final values, CSV."""

import base64
import csv
import io
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from components.charts.known import KnownHistories
from components.runs import comparison, final_metrics
from components.runs import export as export_tables
from components.runs.groups import group_metrics
from domain.charts.axes import Axis
from domain.charts.chart_options import ChartOptions
from domain.charts.curves import Window
from domain.charts.history_curves import CurveRequest
from domain.tracking.compared import Compared
from domain.tracking.final_metrics import Choice
from domain.tracking.group_scores import DivergedRuns
from domain.tracking.history import History
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.vocabulary import DEFAULT, MetricWord
from services.tracking.curves import MAX_CURVES, CurveCache

NAN = float("nan")
START_MS = 1_790_000_000_000


def run(name: str, keys: dict[str, float], **params: str) -> Run:
    return Run(
        run_id=name,
        name=name,
        experiment_id="1",
        experiment="maze",
        status=RunStatus.FINISHED,
        started_at=datetime.fromtimestamp(START_MS / 1000, UTC),
        ended_at=None,
        params=params,
        metrics={key: LatestMetric(value=value, step=4, timestamp=0) for key, value in keys.items()},
        tags={},
    )


def history(values: list[float], every_ms: int = 1000) -> History:
    n = len(values)
    return History(
        step=np.arange(1, n + 1, dtype=np.int64),
        value=np.array(values, np.float64),
        timestamp=START_MS + every_ms * np.arange(n, dtype=np.int64),
    )


def column(encoded: dict[str, str]) -> list[Any]:
    return list(np.frombuffer(base64.b64decode(encoded["bdata"]), encoded["dtype"]).tolist())


RUN = run("a", {"episode_reward": 4.0}, seed="1", lr="0.1")
KNOWN = KnownHistories({("a", "episode_reward"): history([1.0, 9.0, 2.0, 4.0])}, DEFAULT)


def reward_chart(options: ChartOptions) -> dict[str, Any]:
    return comparison.figures([RUN], KNOWN, options, still_loading=False)[0]


@pytest.mark.parametrize(
    ("axis", "x"),
    [
        (Axis.STEP, [1, 2, 3, 4]),
        (Axis.EPISODES, [1, 2, 3, 4]),
        (Axis.RELATIVE_TIME, [0, 1, 2, 3]),
        (Axis.WALL_TIME, [START_MS + 3_600_000 + second * 1000 for second in range(4)]),
    ],
)
def test_each_axis_has_the_x_values_of_its_kind(axis: Axis, x: list[int]) -> None:
    (trace,) = reward_chart(ChartOptions(axis=axis, zone_minutes=-60))["data"]
    assert column(trace["x"]) == x


def test_an_axis_that_no_run_logged_is_reported() -> None:
    figure = reward_chart(ChartOptions(axis=Axis.ENV_STEPS))
    assert figure["data"] == []
    assert "what counts this axis" in figure["layout"]["annotations"][0]["text"]


def test_a_smoothed_line_is_drawn_over_the_logged_values() -> None:
    raw, smooth = reward_chart(ChartOptions(smoothing=0.5))["data"]
    assert column(raw["y"]) == [1.0, 9.0, 2.0, 4.0]
    assert raw["opacity"] < 1
    # Debiased: the mean of the values so far, weighted by 0.5 to the power of their age.
    assert column(smooth["y"]) == pytest.approx([1.0, 19 / 3, 27 / 7, 59 / 15])


def test_a_zoomed_chart_shows_the_same_curve_as_the_whole() -> None:
    (_raw, whole) = reward_chart(ChartOptions(smoothing=0.5))["data"]
    (_raw, part) = reward_chart(ChartOptions(smoothing=0.5, window=Window(x_from=3, x_to=4)))["data"]
    seen = dict(zip(column(whole["x"]), column(whole["y"]), strict=True))
    for x, y in zip(column(part["x"]), column(part["y"]), strict=True):
        assert seen[x] == y


def seeds(n: int) -> tuple[list[Run], KnownHistories]:
    runs = [run(f"s{i}", {"episode_reward": float(i)}, seed=str(i), algorithm="PPO") for i in range(n)]
    return runs, KnownHistories(
        {(one.run_id, "episode_reward"): history([float(i)] * 4) for i, one in enumerate(runs)}, DEFAULT
    )


def test_seeds_become_a_mean_with_a_band() -> None:
    runs, known = seeds(5)
    band, centre = comparison.figures(runs, known, ChartOptions(grouped=True, band="min_max"), still_loading=False)[0][
        "data"
    ]
    assert column(centre["y"]) == [2.0] * 4
    assert set(column(band["y"])) == {0.0, 4.0}
    assert centre["customdata"][0][0] == 5


def test_a_group_of_two_seeds_has_no_band_and_a_notice() -> None:
    runs, known = seeds(2)
    figure = comparison.figures(runs, known, ChartOptions(grouped=True), still_loading=False)[0]
    assert len(figure["data"]) == 2
    assert "fewer than 3 runs" in figure["layout"]["title"]["subtitle"]["text"]


@pytest.mark.parametrize(("choice", "value"), [(Choice.LAST, 4.0), (Choice.BEST, 9.0), (Choice.MEAN_OF_LAST, 4.0)])
def test_the_final_value_follows_the_chosen_rule(choice: Choice, value: float) -> None:
    found = final_metrics.final(RUN, "reward", KNOWN, ChartOptions(final=choice))
    assert (found.value, found.key) == (value, "episode_reward")


def test_the_heading_of_the_best_value_warns_that_it_is_optimistic() -> None:
    assert "optimistic" in final_metrics.heading("reward", Choice.BEST)
    assert "optimistic" not in final_metrics.heading("reward", Choice.LAST)


def test_training_and_evaluation_have_columns_of_their_own() -> None:
    evaluated = run("b", {"eval/mean_reward": 7.0})
    assert final_metrics.columns([RUN], DEFAULT) == ["reward", "success_rate"]
    assert final_metrics.columns([RUN, evaluated], DEFAULT) == ["reward", "success_rate", "eval_reward"]
    assert final_metrics.final(evaluated, "reward", KnownHistories({}, DEFAULT), ChartOptions()).value is None


def test_a_rate_has_an_interval_only_if_the_number_of_episodes_is_known() -> None:
    known = KnownHistories({("c", "success_rate"): history([0.5, 0.8])}, DEFAULT)
    windowed = run("c", {"success_rate": 0.8, "episode_reward": 1.0}, success_window="100")
    plain = run("c", {"success_rate": 0.8})
    interval = final_metrics.final(windowed, "success_rate", known, ChartOptions()).interval
    assert interval is not None
    assert interval.low < 0.8 < interval.high
    assert final_metrics.final(plain, "success_rate", known, ChartOptions()).interval is None


def test_groups_are_compared_with_the_first() -> None:
    better = [run(f"b{i}", {"episode_reward": 1.0}, seed=str(i), algorithm="DQN") for i in range(3)]
    runs, known = seeds(3)
    known = KnownHistories(
        {**known.histories, **{(one.run_id, "episode_reward"): history([10.0]) for one in better}}, DEFAULT
    )
    table = str(group_metrics.group_table([*runs, *better], known, ChartOptions(grouped=True)))
    assert "DQN" in table
    assert "1 [1, 1]" in table  # every run of DQN beats every run of PPO
    assert group_metrics.group_table(runs, known, ChartOptions()) is None


def test_the_table_csv_has_values_and_parameters_without_formulas() -> None:
    text = export_tables.table_csv([RUN, run("=evil()", {}, lr="-0.01")], KNOWN, ChartOptions())
    first, second = csv.DictReader(io.StringIO(text))
    assert first["last:reward"] == "4.0"
    assert first["param:lr"] == "0.1"
    assert second["last:reward"] == ""
    assert second["name"] == "'=evil()"
    assert second["param:lr"] == "-0.01"


def test_the_table_csv_has_columns_for_diverged_values_and_rates_out_of_range() -> None:
    runs = [
        run("gone", {"episode_reward": float("nan"), "success_rate": 0.5}),
        run("percent", {"episode_reward": 4.0, "success_rate": 87.0}),
        run("unread", {"episode_reward": float("-inf")}),
    ]
    known = KnownHistories({("gone", "episode_reward"): history([1.0, 2.0, float("nan"), float("nan")])}, DEFAULT)
    rows = list(csv.DictReader(io.StringIO(export_tables.table_csv(runs, known, ChartOptions()))))
    assert [row["last:reward"] for row in rows] == ["", "4.0", ""]
    assert [row["diverged:reward"] for row in rows] == ["step 3: NaN", "", "step 4 or before: -inf"]
    assert [row["last:success_rate"] for row in rows] == ["0.5", "", ""]
    assert [row["out_of_range:success_rate"] for row in rows] == ["", "87.0", ""]


@pytest.mark.parametrize("choice", Choice)
@pytest.mark.parametrize("word", ["reward", "success_rate", "eval_reward", "eval_success_rate"])
def test_the_table_names_diverged_metrics_under_each_choice_of_a_final_value(choice: Choice, word: MetricWord) -> None:
    key = DEFAULT.metrics[word][0]
    gone, known = run("gone", {key: NAN}), KnownHistories({("gone", key): history([0.25, 0.75, NAN, NAN])}, DEFAULT)
    text = str(final_metrics.table([gone], known, ChartOptions(final=choice)))
    assert "diverged at step 3 (NaN)" in text
    assert ("75.0 %" in text or "'0.75;" in text) == (choice is Choice.BEST)
    unread = str(final_metrics.table([gone], KnownHistories({}, DEFAULT), ChartOptions(final=choice)))
    assert "diverged (NaN at step 4)" in unread


@pytest.mark.parametrize("word", ["loss", "episode_length", "eval_episode_length"])
def test_a_metric_without_a_column_gets_one_where_it_diverged(word: MetricWord) -> None:
    key = DEFAULT.metrics[word][0]
    assert word in final_metrics.columns([RUN, run("gone", {key: NAN})], DEFAULT)
    assert word not in final_metrics.columns([RUN, run("fine", {key: 1.0})], DEFAULT)
    assert "diverged (NaN at step 4)" in str(final_metrics.table([run("gone", {key: NAN})], KNOWN, ChartOptions()))


@pytest.mark.parametrize("word", ["success_rate", "eval_success_rate"])
def test_a_rate_out_of_range_has_no_interval_and_no_percents(word: MetricWord) -> None:
    key = DEFAULT.metrics[word][0]
    odd = run("odd", {key: 87.0, "episode_reward": 1.0}, success_window="100", n_eval_episodes="100")
    for known in (KnownHistories({}, DEFAULT), KnownHistories({("odd", key): history([12.0, 87.0])}, DEFAULT)):
        found = final_metrics.final(odd, word, known, ChartOptions())
        assert (found.value, found.interval) == (None, None)
        text = str(final_metrics.table([odd], known, ChartOptions()))
        assert "out of range: 87" in text
        assert "%" not in text


def seeds_with_diverged_runs() -> tuple[list[Run], KnownHistories]:
    """Returns five seeds of PPO, two of them diverged, and three of DQN in the same environment."""
    logged = {f"p{n}": [float(n), 10.0 + n] for n in range(3)}
    logged |= {"p3": [1.0, NAN, NAN], "p4": [1.0, 2.0, NAN]}
    logged |= {f"d{n}": [1.0, 2.0 + n] for n in range(3)}
    algorithms = {"p": "PPO", "d": "DQN"}
    runs = [
        run(name, {"episode_reward": values[-1]}, seed=name[1], algorithm=algorithms[name[0]])
        for name, values in logged.items()
    ]
    return runs, KnownHistories({(name, "episode_reward"): history(values) for name, values in logged.items()}, DEFAULT)


def group_rows(diverged: DivergedRuns, final: Choice = Choice.LAST) -> list[list[str]]:
    runs, known = seeds_with_diverged_runs()
    options = ChartOptions(grouped=True, diverged=diverged, final=final)
    made = group_metrics.group_table(runs, known, options)
    assert made is not None
    body = made.children[1].children[1].children
    return [[text_of(cell) for cell in row.children[1:]] for row in body]


def text_of(component: Any) -> str:
    if isinstance(component, list):
        return "".join(map(text_of, component))
    return text_of(component.children) if hasattr(component, "children") else str(component or "")


@pytest.mark.parametrize("final", Choice)
def test_a_group_counts_its_diverged_seeds_as_worst_or_leaves_them_out(final: Choice) -> None:
    left = "Episode reward: 2 of 5 diverged: 4 left from step 2, 3 left from step 3"
    worst, others = group_rows(DivergedRuns.WORST, final), group_rows(DivergedRuns.LEFT_OUT, final)
    assert [rows[0][1] for rows in (worst, others)] == [left, left]
    assert [rows[1][1] for rows in (worst, others)] == ["–", "–"]
    assert [rows[0][0] for rows in (worst, others)] == ["5", "3"]
    if final is Choice.LAST:
        # 10, 11, 12 and twice 2, the lowest final reward of all; DQN has 2, 3, 4.
        assert worst[0][3].startswith("7.4 [")
        assert others[0][3].startswith("11 [")
        # Of 15 pairs 6 include a run that diverged: DQN wins those, also with its 2, and loses all others.
        assert worst[1][4].startswith("0.4 [")
        assert others[1][4].startswith("0 [")


def test_the_table_explains_how_diverged_runs_count_only_where_some_did() -> None:
    runs, known = seeds_with_diverged_runs()
    for how, text in ((DivergedRuns.WORST, "count as the worst"), (DivergedRuns.LEFT_OUT, "are left out")):
        assert text in str(group_metrics.group_table(runs, known, ChartOptions(grouped=True, diverged=how)))
    fine, alive = seeds(3)
    quiet = str(group_metrics.group_table(fine, alive, ChartOptions(grouped=True)))
    assert "iverged" not in quiet


def test_a_group_whose_runs_all_diverged_has_no_score_but_a_notice() -> None:
    runs = [run(f"s{n}", {"episode_reward": NAN}, seed=str(n)) for n in range(4)]
    known = KnownHistories({(one.run_id, "episode_reward"): history([1.0, NAN]) for one in runs}, DEFAULT)
    for how in DivergedRuns:
        text = str(group_metrics.group_table(runs, known, ChartOptions(grouped=True, diverged=how)))
        assert "4 of 4 diverged: 0 left from step 2" in text


def test_the_points_csv_has_a_row_for_each_drawn_point() -> None:
    options = ChartOptions(smoothing=0.5)
    figures = comparison.figures([RUN], KNOWN, options, still_loading=False)
    rows = list(csv.DictReader(io.StringIO(export_tables.points_csv(comparison.WORDS, figures, options))))
    assert [row["metric"] for row in rows] == ["reward"] * 4
    assert [float(row["x"]) for row in rows] == [1, 2, 3, 4]
    assert float(rows[0]["y"]) == 1.0
    assert {(row["axis"], row["smoothing"]) for row in rows} == {("step", "0.5")}


@pytest.mark.parametrize(
    ("query", "odd"),
    [
        ({}, []),
        ({"smoothing": "0.6", "axis": "wall_time", "grouped": "true"}, []),
        ({"smoothing": "2", "axis": "sideways"}, ["axis", "smoothing"]),
        ({"smoothing": "nan"}, ["smoothing"]),
        ({"diverged": "left_out"}, []),
        ({"diverged": "best"}, ["diverged"]),
        ({"window": "x", "experiment": "maze"}, []),
    ],
)
def test_invalid_options_in_an_address_are_reported(query: dict[str, str], odd: list[str]) -> None:
    options, names = ChartOptions.from_address(query)
    assert names == odd
    if not odd and "smoothing" in query:
        assert (options.smoothing, options.axis, options.grouped) == (0.6, Axis.WALL_TIME, True)


def test_markup_in_a_run_name_is_escaped_in_charts() -> None:
    """Plotly would make a link of it."""
    evil = run("a", {"episode_reward": 1.0}).model_copy(update={"name": '<a href="https://evil.example">log in</a>'})
    options = ChartOptions()
    (figure, *_rest) = figures = comparison.figures([evil], KNOWN, options, still_loading=False)
    assert "<" not in figure["data"][0]["name"]
    assert '<a href=""https://evil.example"">' in export_tables.points_csv(comparison.WORDS, figures, options)


def test_the_notice_of_missing_runs_mentions_other_runs_only_if_some_are_drawn() -> None:
    compared = Compared(runs=["gone", "gone", "here"], malformed=1, odd=["axis"])
    assert compared.runs == ["gone", "here"]
    text = comparison.absent(compared, ["gone"], drawn=1, pending=2)
    assert text[0] == "MLflow has no run gone. The others are drawn."
    assert len(text) == 4
    assert comparison.absent(Compared(runs=["gone"]), ["gone"], drawn=0, pending=0) == ["MLflow has no run gone."]
    unread = comparison.absent(Compared(runs=["a"]), [], drawn=0, pending=0, unread=["a"])
    assert unread == ["Runs that could not be read yet: a."]


def test_the_curve_cache_limits_how_many_histories_it_keeps_open() -> None:
    """The cache of curves keeps its histories open, so their number is limited, however short they are."""
    curves = CurveCache()
    for length in range(600):
        known = KnownHistories({("a", "episode_reward"): history([float(length)])}, DEFAULT)
        comparison.figures([RUN], known, ChartOptions(), still_loading=False, curve_of=curves.curve)
    assert len(curves) == MAX_CURVES <= 400


def test_the_curve_cache_returns_the_same_curve_for_an_equal_request() -> None:
    curves, kept = CurveCache(), history([0.0, 1.0, 2.0])
    request = CurveRequest(kept, Axis.STEP, 0.5, None, None, None)
    drawn = curves.curve(request)
    assert drawn is not None
    assert curves.curve(request) is drawn
    assert CurveCache().curve(request) is not drawn
    for other in (request._replace(weight=0.6), request._replace(history=history([0.0, 1.0, 2.0]))):
        assert curves.curve(other) is not drawn
    assert len(curves) == 3
