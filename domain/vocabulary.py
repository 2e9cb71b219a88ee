"""What other tools call the things we know: names of metrics and parameters, in order of preference.

A training metric and an evaluation metric are different things; a word never mixes them. Nothing is guessed: a run
that uses none of the names for a word has no value for it.
"""

from collections.abc import Container, Mapping
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from domain.errors import BadInput

MetricWord = Literal[
    "reward",
    "episode_length",
    "success_rate",
    "loss",
    "episodes",
    "env_steps",
    "eval_reward",
    "eval_episode_length",
    "eval_success_rate",
]
ParameterWord = Literal["algorithm", "environment", "seed", "success_window", "eval_episodes"]

EVALUATION_WORDS: Final[frozenset[MetricWord]] = frozenset({"eval_reward", "eval_episode_length", "eval_success_rate"})

# Sources: this trainer; Stable-Baselines3's logger and EvalCallback; CleanRL; RL Baselines3 Zoo's
# RawStatisticsCallback; RLlib's results as Ray Tune's MLflow callback flattens them, newest first.
METRICS: dict[MetricWord, tuple[str, ...]] = {
    "reward": (
        "episode_reward",
        "rollout/ep_rew_mean",
        "charts/episodic_return",
        "raw/rollouts/episodic_return",
        "env_runners/episode_return_mean",
        "env_runners/episode_reward_mean",
        "sampler_results/episode_reward_mean",
        "episode_reward_mean",
        "episodic_return",
        "episode_return",
    ),
    "episode_length": (
        "episode_length",
        "rollout/ep_len_mean",
        "charts/episodic_length",
        "raw/rollouts/episodic_length",
        "env_runners/episode_len_mean",
        "sampler_results/episode_len_mean",
        "episode_len_mean",
        "episodic_length",
    ),
    "success_rate": (
        "success_rate",
        "rollout/success_rate",
        "charts/success_rate",
        "env_runners/success_rate",
    ),
    # What is minimised; of algorithms that log no such sum, the critic's.
    "loss": (
        "loss",
        "train/loss",
        "train/critic_loss",
        "train/value_loss",
        "losses/loss",
        "losses/td_loss",
        "losses/qf_loss",
        "losses/qf1_loss",
        "losses/value_loss",
        "learners/default_policy/total_loss",
        "info/learner/default_policy/learner_stats/total_loss",
    ),
    "episodes": (
        "episodes",
        "total_episodes",
        "time/episodes",
        "num_episodes_lifetime",
        "env_runners/num_episodes_lifetime",
        "episodes_total",
    ),
    # RLlib's num_env_steps_sampled counts one iteration inside env_runners/ and the whole run at the top.
    "env_steps": (
        "env_steps",
        "environment_steps",
        "time/total_timesteps",
        "total_timesteps",
        "num_env_steps_sampled_lifetime",
        "env_runners/num_env_steps_sampled_lifetime",
        "num_env_steps_sampled",
        "timesteps_total",
    ),
    "eval_reward": (
        "eval/mean_return",
        "eval/mean_reward",
        "eval/episodic_return",
        "evaluation/env_runners/episode_return_mean",
        "evaluation/env_runners/episode_reward_mean",
        "evaluation/sampler_results/episode_reward_mean",
        "evaluation/episode_reward_mean",
    ),
    "eval_episode_length": (
        "eval/mean_length",
        "eval/mean_ep_length",
        "evaluation/env_runners/episode_len_mean",
        "evaluation/sampler_results/episode_len_mean",
        "evaluation/episode_len_mean",
    ),
    "eval_success_rate": (
        "eval/success_rate",
        "evaluation/env_runners/success_rate",
    ),
}
# These metrics are logged once an episode with the episode's number as the step, so their last step counts episodes.
PER_EPISODE_METRICS: tuple[str, ...] = ("episode_reward",)

PARAMETERS: dict[ParameterWord, tuple[str, ...]] = {
    "algorithm": ("algorithm", "algo", "algorithm_class", "agent", "exp_name"),
    "environment": ("env_id", "environment", "env", "env_name"),
    "seed": ("seed", "random_seed", "env_seed"),
    # Over how many episodes a success rate is taken: in training the most recent ones, in an evaluation all of it.
    "success_window": ("success_window", "stats_window_size"),
    "eval_episodes": ("eval_episodes", "n_eval_episodes"),
}

Name = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Vocabulary(BaseModel):
    """The names for every word, in order of preference; a name stands for one word only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metrics: dict[MetricWord, tuple[Name, ...]] = METRICS
    parameters: dict[ParameterWord, tuple[Name, ...]] = PARAMETERS
    per_episode: tuple[Name, ...] = PER_EPISODE_METRICS

    @model_validator(mode="after")
    def _a_name_has_one_meaning(self) -> Self:
        for part, words in (("metrics", self.metrics), ("parameters", self.parameters)):
            meaning: dict[str, str] = {}
            for word, names in words.items():
                for name in names:
                    if meaning.setdefault(name, word) != word:
                        raise ValueError(f"{part}: {name!r} stands for both {meaning[name]} and {word}")
        return self

    @classmethod
    def overridden(cls, override: Mapping[str, Any]) -> "Vocabulary":
        """The built-in vocabulary, in which each word that `override` names has the names given there instead.

        `override` looks like {"metrics": {"reward": ["return"]}, "parameters": {"seed": ["rng"]}, "per_episode": []}.
        Raises BadInput that names what is wrong in it.
        """
        given = dict(override)
        for part, known in (("metrics", METRICS), ("parameters", PARAMETERS)):
            if isinstance(given.get(part), Mapping):
                given[part] = {**known, **given[part]}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise BadInput(f"The vocabulary is wrong. {'. '.join(_said(each) for each in error.errors())}.") from error

    def metric_key(self, word: MetricWord, logged: Container[str]) -> str | None:
        """The name under which `word` was logged, given the names a run logged; None when it was not."""
        return next((key for key in self.metrics.get(word, ()) if key in logged), None)

    def parameter_key(self, word: ParameterWord, logged: Container[str]) -> str | None:
        """The parameter that holds `word`, given the parameters of a run; None when it was not logged."""
        return next((key for key in self.parameters.get(word, ()) if key in logged), None)

    def episode_counter(self, logged: Container[str]) -> str | None:
        """A logged metric whose step is the episode's number; None when there is none."""
        return next((key for key in self.per_episode if key in logged), None)


def _said(error: Any) -> str:
    """One of pydantic's errors as "metrics.rewrad: there is no such word; there are reward, …"."""
    place = [str(part) for part in error["loc"]]
    if place[-1:] == ["[key]"]:
        words = get_args(MetricWord if place[0] == "metrics" else ParameterWord)
        return f"{'.'.join(place[:-1])}: there is no such word; there are {', '.join(words)}"
    if error["type"] == "extra_forbidden":
        return f"{'.'.join(place)}: there is no such part; there are {', '.join(Vocabulary.model_fields)}"
    message = error["msg"].removeprefix("Value error, ")
    message = message.replace("tuple", "list")  # what a settings file calls it
    return f"{'.'.join(place)}: {message}, not {error['input']!r}" if place else message


DEFAULT: Final = Vocabulary()


def metric_key(word: MetricWord, logged: Container[str]) -> str | None:
    """The built-in name under which `word` was logged, given the names a run logged; None when it was not."""
    return DEFAULT.metric_key(word, logged)


def parameter_key(word: ParameterWord, logged: Container[str]) -> str | None:
    """The parameter that holds `word` by a built-in name, given those of a run; None when it was not logged."""
    return DEFAULT.parameter_key(word, logged)
