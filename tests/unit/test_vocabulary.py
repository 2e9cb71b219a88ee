"""The words: each tool's names, no name for two things, and overrides whose mistakes are reported."""

import re
from itertools import combinations
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from domain.errors import BadInput
from domain.run_facts.run_summary import summarise
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.tool_names import (
    EVALUATION_WORDS,
    LOSS_PARTS,
    LOSSES,
    METRICS,
    PARAMETERS,
    MetricWord,
    ParameterWord,
)
from domain.tracking.vocabulary import DEFAULT
from domain.wrong_settings import explain
from settings.settings import Settings
from settings.vocabulary_file import vocabulary_in, vocabulary_with


def test_rllibs_steps_of_one_iteration_are_not_read_as_the_total() -> None:
    assert DEFAULT.metric_key("env_steps", {"env_runners/num_env_steps_sampled"}) is None


def test_evaluation_and_training_have_no_name_in_common() -> None:
    evaluation = {name for word in EVALUATION_WORDS for name in METRICS[word]}
    training = {name for word in METRICS if word not in EVALUATION_WORDS for name in METRICS[word]}
    assert all(name.startswith(("eval/", "evaluation/")) for name in evaluation)
    assert not any(name.startswith("eval") for name in training)


def test_no_metric_name_belongs_to_two_words() -> None:
    metrics = {word: names for word, names in METRICS.items() if word not in LOSS_PARTS}
    for words in (metrics, PARAMETERS):
        for (one, names), (other, others) in combinations(words.items(), 2):
            assert not {*names} & {*others}, (one, other)


def test_every_word_has_names_without_duplicates() -> None:
    assert set(METRICS) == set(get_args(MetricWord))
    assert set(PARAMETERS) == set(get_args(ParameterWord))
    assert all(len(names) == len(set(names)) > 0 for names in [*METRICS.values(), *PARAMETERS.values()])


def test_the_kind_of_every_built_in_loss_name_is_known() -> None:
    assert set(LOSSES) == set(METRICS["loss"])


def test_the_first_name_that_was_logged_wins_and_none_is_guessed() -> None:
    assert DEFAULT.parameter_key("environment", {"env": "x", "env_id": "y"}) == "env_id"
    assert DEFAULT.parameter_key("seed", {"Seed": "1"}) is None
    assert DEFAULT.metric_key("reward", {"rollout/ep_rew_mean ": 1}) is None


def test_an_override_replaces_the_names_of_its_words_only() -> None:
    ours = vocabulary_with({"metrics": {"reward": ["return", "score"]}, "parameters": {"seed": []}})
    assert ours.metric_key("reward", {"score": 1, "episode_reward": 2}) == "score"
    assert ours.metric_key("reward", {"episode_reward": 2}) is None
    assert ours.metric_key("loss", {"train/loss": 1}) == "train/loss"
    assert ours.parameter_key("seed", {"seed": "1"}) is None
    assert ours.episode_counter({"episode_reward"}) == "episode_reward"
    assert vocabulary_with({}) == DEFAULT
    assert DEFAULT.metric_key("reward", {"episode_reward": 2}) == "episode_reward"


def test_a_run_is_summarised_by_the_given_vocabulary() -> None:
    logged = {
        "solved": LatestMetric(value=0.5, step=9, timestamp=0),
        "loss": LatestMetric(value=1, step=9, timestamp=0),
    }
    run = Run(
        run_id="a", name="a", experiment_id="1", experiment="e", status=RunStatus.FINISHED, started_at=None,
        ended_at=None, params={"method": "PPO"}, metrics=logged, tags={},
    )  # fmt: skip
    unread = summarise(run, DEFAULT)
    assert (unread.success_rate, unread.algorithm) == (None, None)
    text = 'per_episode = ["solved"]\n[metrics]\nsuccess_rate = ["solved"]\n[parameters]\nalgorithm = ["method"]\n'
    row = summarise(run, vocabulary_in(text))
    assert (row.success_rate, row.algorithm, row.episodes) == (0.5, "PPO", 9)
    assert row.keys == {"success_rate": "solved", "algorithm": "method", "episodes": "solved", "final_loss": "loss"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("metrics = [", r"The vocabulary is no TOML: .*end of document\)\."),
        ("[metrics]\nrewrad = ['x']", r"metrics\.rewrad.*no such word"),
    ],
)
def test_a_wrong_file_stops_the_start_with_a_reason(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "words.toml"
    file.write_text(text)
    with pytest.raises(ValidationError) as caught:
        Settings(_env_file=None, vocabulary_file=file)  # type: ignore[call-arg]
    assert re.search(rf"^Setting VOCABULARY_FILE='.*words\.toml': .*{message}", explain(caught.value))
    with pytest.raises(ValidationError, match="No such file"):
        Settings(_env_file=None, vocabulary_file=tmp_path / "absent.toml")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"metrics": {"rewrad": ["x"]}}, r"metrics\.rewrad.*no such word.*reward, episode_length"),
        ({"parameters": {"sed": ["x"]}}, r"parameters\.sed.*no such word.*algorithm, environment, seed"),
        ({"metric": {}}, r"metric: there is no such part; there are metrics, parameters, per_episode, scales"),
        ({"metrics": {"reward": "x"}}, r"metrics\.reward: .*valid list, not 'x'"),
        ({"metrics": {"reward": ["a", 3]}}, r"metrics\.reward\.1: .*valid string, not 3"),
        ({"parameters": {"seed": [" "]}}, r"parameters\.seed\.0: .*at least 1 character"),
        ({"metrics": ["reward"]}, r"metrics: .*valid dictionary"),
        ({"metrics": {"reward": ["eval/mean_reward"]}}, r"'eval/mean_reward' stands for both reward and eval_reward"),
        ({"scales": {"loss": 100}}, r"scales: 'loss' stands for neither eval_success_rate nor success_rate"),
        ({"scales": {"success_rate": 0}}, r"scales\.success_rate: .*greater than 0, not 0"),
        ({"scales": {"success_rate": -1.0}}, r"scales\.success_rate: .*greater than 0"),
        ({"scales": {"success_rate": float("inf")}}, r"scales\.success_rate: .*finite number"),
        ({"scales": {"success_rate": "percent"}}, r"scales\.success_rate: .*valid number"),
        ({"scales": {"": 100}}, r"scales\..*at least 1 character"),
        ({"scales": ["success_rate"]}, r"scales: .*valid dictionary"),
    ],
)
def test_a_wrong_override_is_named(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(BadInput, match=named):
        vocabulary_with(wrong)
