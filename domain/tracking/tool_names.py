"""Clew's words for what runs log, and the names of each for runs of unknown tools.

Each tool's names are in its profile (domain/tools). A training metric and an evaluation metric are different things; a
word never mixes them.
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
    "throughput",
    "learning_rate",
    "entropy",
    "kl",
    "policy_loss",
    "value_loss",
    "exploration_rate",
    "gradient_norm",
]
ParameterWord = Literal["algorithm", "environment", "seed", "success_window", "eval_episodes"]
FamilyWord = Literal["agent_return", "module_return", "module_loss", "reward_term"]
"""Words with one metric for each agent, module of a policy, or term of a reward."""
LossKind = Literal["total", "value", "critic", "policy"]
"""The kind of a loss: the total, that of a value function, of a critic (action values), or of the policy."""

EVALUATION_WORDS: Final[frozenset[MetricWord]] = frozenset({"eval_reward", "eval_episode_length", "eval_success_rate"})
# Shares of 1, whatever they are logged as.
RATES: Final[frozenset[MetricWord]] = frozenset({"success_rate", "eval_success_rate"})
# Parts of what is minimised. For algorithms that log no sum, one of them also counts as the loss, and is named.
LOSS_PARTS: Final[frozenset[MetricWord]] = frozenset({"policy_loss", "value_loss"})

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
    # What is minimised; for algorithms that log no such sum, the critic's loss.
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
    # RLlib's num_env_steps_sampled counts one iteration inside env_runners/ and the whole run at the top level.
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
    "throughput": ("time/fps", "charts/SPS", "collector/fps"),
    "learning_rate": ("learning_rate", "train/learning_rate", "charts/learning_rate", "train/lr"),
    "entropy": ("entropy", "losses/entropy", "train/entropy"),
    "kl": ("approx_kl", "train/approx_kl", "losses/approx_kl"),
    "policy_loss": (
        "policy_loss",
        "train/policy_gradient_loss",
        "train/policy_loss",
        "train/actor_loss",
        "losses/policy_loss",
        "losses/actor_loss",
    ),
    "value_loss": ("value_loss", "train/value_loss", "losses/value_loss"),
    "exploration_rate": ("epsilon", "rollout/exploration_rate", "charts/epsilon"),
    "gradient_norm": ("grad_norm", "train/grad_norm"),
}
# The kind of each name of `loss`; that of a team's own names is not known.
LOSSES: dict[str, LossKind] = {
    "loss": "total",
    "train/loss": "total",
    "train/critic_loss": "critic",
    "train/value_loss": "value",
    "losses/loss": "total",
    "losses/td_loss": "critic",
    "losses/qf_loss": "critic",
    "losses/qf1_loss": "critic",
    "losses/value_loss": "value",
    "learners/default_policy/total_loss": "total",
    "info/learner/default_policy/learner_stats/total_loss": "total",
}
# The logged value of a rate of 1, where that is not 1: LeRobot's is in percent.
SCALES: dict[str, float] = {"eval/pc_success": 100.0}
# These metrics are logged once per episode with the episode's number as the step, so their last step counts episodes.
PER_EPISODE_METRICS: tuple[str, ...] = ("episode_reward",)

PARAMETERS: dict[ParameterWord, tuple[str, ...]] = {
    "algorithm": ("algorithm", "algo", "algorithm_class", "agent", "exp_name"),
    "environment": ("env_id", "environment", "env", "env_name"),
    "seed": ("seed", "random_seed", "env_seed"),
    # The number of episodes of a success rate: in training the most recent ones, in an evaluation all.
    "success_window": ("success_window", "stats_window_size"),
    "eval_episodes": ("eval_episodes", "n_eval_episodes"),
}
