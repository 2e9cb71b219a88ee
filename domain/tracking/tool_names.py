"""What the tools of the field call things: the names of each word, in order of preference.

A training metric and an evaluation metric are different things; a word never mixes them.
"""

from typing import Final, Literal

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
# Shares of 1, whatever they are logged as.
RATES: Final[frozenset[MetricWord]] = frozenset({"success_rate", "eval_success_rate"})

# Sources: this trainer; Stable-Baselines3's logger and EvalCallback; CleanRL; RL Baselines3 Zoo's
# RawStatisticsCallback; RLlib's results as Ray Tune's MLflow callback flattens them, newest first; LeRobot's rate.
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
        "eval/pc_success",
    ),
}
# What a rate of 1 is logged as, where that is not 1: LeRobot's is in percent.
SCALES: dict[str, float] = {"eval/pc_success": 100.0}
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
