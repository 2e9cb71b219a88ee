"""Each tool's runs, read as an expert reads them: every word right, none by mistake, and nothing claimed of others."""

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.charts.figures import figure
from components.charts.known import KnownHistories
from components.charts.lines import lines
from components.run_rows.list_columns import WORDS
from domain.charts.axes import Axis, counter
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import ChartSpec, Subject
from domain.charts.metric_catalogue import metric_catalogue
from domain.run_facts.run_summary import summarise
from domain.run_table.column_of import column_of
from domain.run_table.column_refs import ColumnRef
from domain.run_table.columns import NumberColumn
from domain.run_table.selection.key_names import key_names
from domain.run_table.table import RunTable
from domain.run_table.table_facts import facts_now
from domain.run_table.words.metric_columns import word_outcomes
from domain.run_table.words.tool_columns import tool_rows
from domain.tools.catalogue import PROFILES, read_profiles
from domain.tools.places import nested_value
from domain.tools.profile import spellings
from domain.tools.recognition import SIGNS, TOOL_TAG, UNKNOWN
from domain.tools.stated import StatedTool, stated_tools
from domain.tracking.final_metrics import Choice
from domain.tracking.history import History
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.tool_names import LOSS_PARTS, METRICS, MetricWord, ParameterWord
from domain.tracking.vocabulary import DEFAULT
from settings.vocabulary_file import vocabulary_with
from tensorboard_import.writing.names import allowed
from tests.tools.names import BY_NAME, RECORDED

GOLDEN = Path(__file__).parent / "golden"


def run(metrics: dict[str, float], run_id: str = "a", **about: Any) -> Run:
    points = {key: LatestMetric(value=value, step=9, timestamp=0) for key, value in metrics.items()}
    known = {"name": run_id, "experiment_id": "1", "experiment": "e", "status": RunStatus.FINISHED}
    times = {"started_at": None, "ended_at": None}
    return Run(run_id=run_id, metrics=points, **{**known, **times, "params": {}, "tags": {}, **about})


def recorded(name: str) -> Run:
    kept = json.loads((GOLDEN / f"{name}.json").read_text())
    newest = {key: points[-1][1] for key, points in kept["metrics"].items()}
    return run(newest, name, name=kept["run_name"], params=kept["params"], tags=kept["tags"])


def by_name(name: str) -> Run:
    known = BY_NAME[name]
    return run(dict.fromkeys(known.metrics, 0.5), name, params=dict(known.setting))


RUNS = {name: (recorded(name), reading) for name, reading in RECORDED.items()}
RUNS |= {name: (by_name(name), known.reading) for name, known in BY_NAME.items()}


@pytest.mark.parametrize("name", RUNS)
def test_a_run_is_read_as_an_expert_reads_it(name: str) -> None:
    one, expected = RUNS[name]
    assert (one.tool.profile.id if one.tool.profile else None) == expected.tool
    assert {word: key for word in METRICS if (key := one.metric_key(word, DEFAULT))} == expected.words
    parameters = {
        word: value for word in get_args(ParameterWord) if (value := one.parameter(word, DEFAULT)) is not None
    }
    assert parameters == expected.parameters
    read_by = DEFAULT.of(one)
    assert read_by.step_of(expected.words.get("reward", "")) == expected.step
    assert {key: read_by.step_of(key) for key in expected.steps} == expected.steps
    assert (read_by.loss_kind(expected.words["loss"]) if "loss" in expected.words else None) == expected.loss


def test_every_tool_has_a_test_run_and_recorded_profiles_a_recorded_one() -> None:
    made = {reading.tool for reading in RECORDED.values()}
    assert {one.id for one in PROFILES.values()} <= {reading.tool for _run, reading in RUNS.values()}
    assert {one.id for one in PROFILES.values() if one.made_from == "recorded"} <= made
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(RECORDED)


@pytest.mark.parametrize("name", ["skrl-ppo", "skrl-dqn"])
@pytest.mark.parametrize("form", range(1, 5))
def test_names_that_mlflow_refuses_are_recognised_in_each_spelling(name: str, form: int) -> None:
    one, expected = RUNS[name]
    renamed = {spellings(key)[form] if "(" in key else key: point.value for key, point in one.metrics.items()}
    other = run(renamed, name=one.name)
    found = {word: key for word in METRICS if (key := other.metric_key(word, DEFAULT))}
    assert found == {word: spellings(key)[form] if "(" in key else key for word, key in expected.words.items()}


@pytest.mark.parametrize("name", RECORDED)
def test_metric_names_made_by_the_event_file_import_are_read_the_same(name: str) -> None:
    one, expected = RUNS[name]
    other = run({allowed(key): point.value for key, point in one.metrics.items()}, name=one.name, params=one.params)
    found = {word: key for word in METRICS if (key := other.metric_key(word, DEFAULT))}
    assert found == {word: allowed(key) for word, key in expected.words.items()}


@pytest.mark.parametrize("folder", ["", "runs/", "a b/2026-11/"])
def test_the_folder_name_gives_the_parameters_if_nothing_else_does(folder: str) -> None:
    for name, parameters in (
        ("cleanrl-ppo", RECORDED["cleanrl-ppo"].parameters),
        ("skrl-dqn", {"algorithm": "DQN"}),
        ("tianshou-ppo", {"seed": "42"}),
    ):
        one = RUNS[name][0]
        other = one.model_copy(update={"params": {}, "name": folder + one.name})
        assert {word: other.parameter(word, DEFAULT) for word in parameters} == parameters


def test_the_last_point_of_an_evaluation_by_episode_is_not_its_result() -> None:
    one, _expected = RUNS["cleanrl-ppo"]
    assert one.outcome("eval_reward", DEFAULT).value is None


def test_the_result_of_an_evaluation_by_episode_is_the_mean_of_its_history() -> None:
    one, key = RUNS["cleanrl-ppo"][0], "eval/episodic_return"
    points = json.loads((GOLDEN / "cleanrl-ppo.json").read_text())["metrics"][key]
    step, value = (np.array(column) for column in zip(*points, strict=True))
    history = History(step=step.astype(np.int64), value=value.astype(np.float64), timestamp=step.astype(np.int64))
    known = KnownHistories({(one.run_id, key): history}, DEFAULT)
    for choice in Choice:
        assert known.outcome(one, "eval_reward", choice).value == pytest.approx(value.mean())
    assert known.outcome(one, "eval_reward", Choice.LAST).value != value[-1]


def test_the_steps_of_cleanrl_and_stable_baselines3_are_one_axis_and_an_evaluations_episodes_are_not() -> None:
    cleanrl, sb3 = RUNS["cleanrl-ppo"][0], RUNS["sb3-ppo-tensorboard"][0]
    for one, key in ((cleanrl, "charts/episodic_return"), (sb3, "rollout/ep_rew_mean")):
        counting = counter(Axis.ENV_STEPS, one.metrics, DEFAULT.of(one), key)
        assert counting is not None
        assert (counting.key, counting.is_own) == (key, True)
    assert counter(Axis.ENV_STEPS, cleanrl.metrics, DEFAULT.of(cleanrl), "eval/episodic_return") is None
    in_mlflow = RUNS["sb3-ppo"][0]
    counting = counter(Axis.ENV_STEPS, in_mlflow.metrics, DEFAULT.of(in_mlflow), "rollout/ep_rew_mean")
    assert counting is not None
    assert counting.key == "time/total_timesteps"


def test_returns_of_several_agents_form_a_family_and_those_of_one_do_not() -> None:
    agents = {f"env_runners/agent_episode_returns_mean/agent_{n}": 1.0 for n in range(25)}
    one = run({"env_runners/episode_return_mean": 1.0, "learners/a/total_loss": 1.0, **agents})
    found = metric_catalogue([one, RUNS["cleanrl-ppo"][0]], DEFAULT).families
    assert {word: len(keys) for word, keys in found.items()} == {"agent_return": 20}
    assert metric_catalogue([RUNS["rllib-ppo-new"][0]], DEFAULT).families == {}


def test_an_entropy_that_is_logged_as_a_loss_is_shown_as_an_entropy_everywhere() -> None:
    one, key = RUNS["sb3-ppo"][0], "train/entropy_loss"
    points = json.loads((GOLDEN / "sb3-ppo.json").read_text())["metrics"][key]
    step, value = (np.array(column) for column in zip(*points, strict=True))
    assert value[-1] < 0
    history = History(step=step.astype(np.int64), value=value.astype(np.float64), timestamp=step.astype(np.int64))
    known = KnownHistories({(one.run_id, key): history}, DEFAULT)
    assert one.outcome("entropy", DEFAULT).value == known.outcome(one, "entropy").value == -value[-1]
    (entropy,) = lines(Subject("entropy"), [one], known, ChartOptions())
    (logged,) = lines(Subject(None, key), [one], known, ChartOptions())
    assert entropy.curves[0].y.tolist() == (-value).tolist()
    assert logged.curves[0].y.tolist() == value.tolist()
    table = RunTable.of([one])
    assert word_outcomes(table, "entropy", DEFAULT).values.tolist() == [-value[-1]]
    ours = vocabulary_with({"metrics": {"loss": [key]}})
    assert one.outcome("loss", ours).value == value[-1]


def test_the_axis_of_a_chart_names_the_unit_of_steps_if_all_lines_agree() -> None:
    def title(word: MetricWord, *names: str) -> str:
        figured = figure(
            ChartSpec.of_word(word), [RUNS[name][0] for name in names], KnownHistories({}, DEFAULT), ChartOptions()
        )
        return str(figured["layout"]["xaxis"]["title"]["text"])

    assert title("reward", "sb3-ppo-tensorboard", "cleanrl-ppo") == "Step (environment steps)"
    assert title("reward", "rllib-ppo-new") == "Step (iterations)"
    assert title("eval_reward", "cleanrl-ppo") == "Step (episodes of the evaluation)"
    assert title("reward", "sb3-ppo", "rllib-ppo-new") == title("reward", "Acme") == "Step"


def test_updates_are_not_counted_as_environment_steps() -> None:
    one = run({"training/env_step": 1.0, "update/loss/mean": 1.0, "training/returns_stat/mean": 1.0})
    assert counter(Axis.ENV_STEPS, one.metrics, DEFAULT.of(one), "update/loss/mean") is None
    assert counter(Axis.ENV_STEPS, one.metrics, DEFAULT.of(one), "training/returns_stat/mean") is not None


def test_the_teams_choice_of_tool_precedes_the_runs_tag_and_that_precedes_signs() -> None:
    logged = {"charts/episodic_return": 1.0, "charts/SPS": 1.0}
    own = run(logged, tags={TOOL_TAG: "skrl"})
    assert run(logged).tool.because == "signs"
    assert own.tool.profile is PROFILES["skrl"]
    assert own.model_copy(update={"stated_tool": "acme"}).tool.profile is PROFILES["acme"]
    stated = run(logged, tags={TOOL_TAG: "skrl"}, stated_tool="acme")
    assert (stated.tool.profile, stated.tool.because) == (PROFILES["acme"], "team")
    assert run(logged, stated_tool=UNKNOWN).tool == (None, "team", (), ())
    assert run(logged, stated_tool="no such tool", tags={TOOL_TAG: "nor this"}).tool.because == "signs"
    both = run({"charts/SPS": 1.0, "time/fps": 1.0}).tool
    assert (both.because, both.rivals) == ("several", ("CleanRL", "Stable-Baselines3"))


def test_a_teams_metric_names_precede_those_of_the_tool() -> None:
    ours = vocabulary_with({"metrics": {"reward": ["ours"]}, "parameters": {"seed": ["rng"]}})
    one = run({"ours": 1.0, "charts/episodic_return": 2.0}, params={"rng": "1", "seed": "2"})
    assert one.metric_key("reward", ours) == "ours"
    assert one.parameter("seed", ours) == "1"
    assert run({"charts/episodic_return": 2.0}).metric_key("reward", ours) is None
    assert (
        run({"charts/episodic_length": 2.0, "ours": 1.0}).metric_key("episode_length", ours) == "charts/episodic_length"
    )


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ('{"a": {"b": 3}}', ("a", "b"), "3"),
        ("{'env_name': 'Ant-v4'}", ("env_name",), "Ant-v4"),
        ("|param|value|\n|-|-|\n|env_id|CartPole-v1|\n|seed|1|", ("env_id",), "CartPole-v1"),
        ("{'a': {'b': 3}}", ("a",), None),
        ("{'a': 1}", ("b",), None),
        ("__import__('os').getcwd()", ("a",), None),
        ("[" * 10_000, ("a",), None),
        ("{" * 100_000, ("a",), None),
        ("", ("a",), None),
        ("7", ("a",), None),
    ],
)
def test_a_value_is_found_in_structured_text_and_other_text_gives_none(
    text: str, path: tuple[str, ...], value: str | None
) -> None:
    assert nested_value(text, path) == value


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("skrl", "skrl"),
        (" skrl ", "skrl"),
        ("unknown", "unknown"),
        (StatedTool(tool="trl", by="Ann").text(), "trl"),
        ("", None),
        ("nothing known", None),
        ('{"tool": "trl"', None),
        ('{"tool": 3}', None),
        ("{" * 5_000, None),
    ],
)
def test_a_tool_tag_of_an_experiment_is_read_in_any_form(text: str, tool: str | None) -> None:
    found = stated_tools({"7": ["name", f"{TOOL_TAG}={text}", "other=1"]})
    assert (found["7"].tool if "7" in found else None) == tool


def test_no_metric_name_of_a_tool_has_two_meanings_or_a_forbidden_one() -> None:
    for read_by in DEFAULT.by_tool.values():
        meant: dict[str, MetricWord] = {}
        for word, names in read_by.metrics.items():
            assert not {*names} & {*read_by.profile.never}, (read_by.profile.id, word)
            for name in names if word not in LOSS_PARTS else ():
                assert meant.setdefault(name, word) == word, (read_by.profile.id, name)


def test_a_wrong_profile_is_refused_with_the_reason(tmp_path: Path) -> None:
    for text, cause in (
        ('name = "x"\nmade_from = "source"\n[signs]\n[metrics]\nloss = ["l"]', "nothing says what 'l' is"),
        ('name = "x"\nmade_from = "source"\n[signs]\n[metrics]\nrewrad = ["l"]', "rewrad"),
        ('name = "x"\nmade_from = "source"\nrefines = "gone"\n[signs]', "refines gone"),
        ('name = "x"\nmade_from = "source"\n[signs]\n[metrics]\nkl = ["l"]\n[factors]\nl = 0', "a factor of 0"),
        ('name = "x"\nmade_from = "source"\n[signs]\n[factors]\nl = -1', "'l' stands for no word"),
        ('name = "x"\nmade_from = "source"\n[signs]\n[parameters]\nseed = [{ tag = "a", param = "b" }]', "one of"),
    ):
        (tmp_path / "wrong.toml").write_text(text)
        with pytest.raises(ValueError, match=cause):
            read_profiles(tmp_path)


COLUMNS = (
    "algorithm",
    "environment",
    "seed",
    "final_reward",
    "final_loss",
    "episode_length",
    "episodes",
    "success_percent",
)
names = st.sampled_from(
    sorted({sign.key for sign in SIGNS if sign.kind == "metric"} | DEFAULT.named | {"episode_reward", "reward"})
)
params = st.dictionaries(
    st.sampled_from(["seed", "algo", "env", "env_id", "exp_name", "algorithm", "success_window", "eval_episodes"]),
    st.sampled_from(["1", "ppo", "{'env_name': 'Ant-v4', 'seed': 3}", "", "ä"]),
)
any_run = st.builds(
    lambda number, metrics, **about: run(metrics, f"{number:032x}", **about),
    st.integers(0, 2**60),
    st.dictionaries(names, st.sampled_from([0.5, 1.0, 3.0, float("nan")]), max_size=6),
    params=params,
    name=st.sampled_from(["PPO_CartPole-v1_71ecc_00000", "Ant-v4__ppo__1__1700000000", "x", ""]),
    tags=st.dictionaries(
        st.sampled_from([TOOL_TAG, "trial_name"]), st.sampled_from(["skrl", "x", "DQN_Ant_71ecc_00000"])
    ),
    experiment_id=st.sampled_from(["1", "2", "3"]),
)


@given(st.lists(any_run, max_size=12, unique_by=lambda one: one.run_id), st.sampled_from(["", "2", "23"]))
def test_the_run_table_reads_every_row_as_its_run_is_read(runs: list[Run], stated: str) -> None:
    marks = {key: [f"{TOOL_TAG}={'trl' if key == '2' else UNKNOWN}"] for key in stated}
    table = RunTable.of(runs, facts_now().model_copy(update={"marks": marks}))
    readings, codes = tool_rows(table)
    read_as = column_of(table, ColumnRef.parse("read_as"), DEFAULT)
    words = {word: column_of(table, ColumnRef.parse(word), DEFAULT) for word in WORDS}
    columns = {name: column_of(table, ColumnRef(kind="built_in", key=name), DEFAULT) for name in COLUMNS}
    for row, one in enumerate(table.runs()):
        assert readings[codes[row]] == one.tool
        assert read_as.at(row) == (one.tool.profile.name if one.tool.profile else None)
        assert {word: column.at(row) for word, column in words.items()} == {
            word: one.latest(word, DEFAULT) for word in WORDS
        }
        summary = summarise(one, DEFAULT)
        rate = None if summary.success_rate is None else summary.success_rate * 100
        values = [summary.algorithm, summary.environment, summary.seed, summary.final_reward, summary.final_loss]
        values += [summary.episode_length, summary.episodes, rate]
        found = [column.at(row) for column in columns.values()]
        assert found == [None if value is None and isinstance(columns[name], NumberColumn) else value
                         for name, value in zip(COLUMNS, values, strict=True)]  # fmt: skip
        for name, field in (("algorithm", "algorithm"), ("seed", "seed"), ("final_reward", "final_reward")):
            names_of_field = key_names(table, name, DEFAULT)
            assert names_of_field is not None
            assert names_of_field.at(row) == summary.keys.get(field)
