"""What other tools call the things we know: names of metrics and parameters, in order of preference.

A training metric and an evaluation metric are different things; a word never mixes them. Nothing is guessed: a run
that uses none of the names for a word has no value for it.
"""

from collections.abc import Container
from typing import Literal

MetricWord = Literal["reward", "episode_length", "success_rate", "loss", "episodes"]
ParameterWord = Literal["algorithm", "environment", "seed"]

# Sources: this trainer; Stable-Baselines3's logger; CleanRL; RL Baselines3 Zoo; RLlib's new and old API stack.
METRICS: dict[MetricWord, tuple[str, ...]] = {
    "reward": (
        "episode_reward",
        "rollout/ep_rew_mean",
        "charts/episodic_return",
        "env_runners/episode_return_mean",
        "episode_reward_mean",
        "episodic_return",
        "episode_return",
    ),
    "episode_length": (
        "episode_length",
        "rollout/ep_len_mean",
        "charts/episodic_length",
        "env_runners/episode_len_mean",
        "episode_len_mean",
        "episodic_length",
    ),
    "success_rate": (
        "success_rate",
        "rollout/success_rate",
        "charts/success_rate",
        "env_runners/success_rate",
    ),
    "loss": (
        "loss",
        "train/loss",
        "losses/loss",
        "losses/td_loss",
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
}
# These metrics are logged once an episode with the episode's number as the step, so their last step counts episodes.
PER_EPISODE_METRICS: tuple[str, ...] = ("episode_reward",)

PARAMETERS: dict[ParameterWord, tuple[str, ...]] = {
    "algorithm": ("algorithm", "algo", "algorithm_class", "agent", "exp_name"),
    "environment": ("env_id", "environment", "env", "env_name"),
    "seed": ("seed", "random_seed", "env_seed"),
}


def metric_key(word: MetricWord, logged: Container[str]) -> str | None:
    """The name under which `word` was logged, given the names a run logged; None when it was not."""
    return next((key for key in METRICS[word] if key in logged), None)


def parameter_key(word: ParameterWord, logged: Container[str]) -> str | None:
    """The parameter that holds `word`, given the parameters of a run; None when it was not logged."""
    return next((key for key in PARAMETERS[word] if key in logged), None)
