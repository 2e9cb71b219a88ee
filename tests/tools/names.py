"""Runs as an expert reads them: what every word is, which names must never be one, and what a step counts.

Those of `RECORDED` were made by the libraries themselves (recording/); those of `BY_NAME` have the names of the
libraries' sources, for those that cannot be installed here or log to nothing that can.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from domain.tools.profile import StepMeaning
from domain.tracking.tool_names import LossKind, MetricWord, ParameterWord


class Reading(NamedTuple):
    """The right reading of a run: a missing word has no metric in it."""

    tool: str | None
    words: dict[MetricWord, str]
    step: StepMeaning | None
    parameters: Mapping[ParameterWord, str] = MappingProxyType({})
    loss: LossKind | None = None
    steps: Mapping[str, StepMeaning] = MappingProxyType({})


SB3: Final[dict[MetricWord, str]] = {
    "reward": "rollout/ep_rew_mean",
    "episode_length": "rollout/ep_len_mean",
    "eval_reward": "eval/mean_reward",
    "eval_episode_length": "eval/mean_ep_length",
    "learning_rate": "train/learning_rate",
}
SUCCESS: Final[dict[MetricWord, str]] = {
    "success_rate": "rollout/success_rate",
    "eval_success_rate": "eval/success_rate",
}
IN_MLFLOW: Final[dict[MetricWord, str]] = {"env_steps": "time/total_timesteps", "throughput": "time/fps"}
Q: Final[dict[MetricWord, str]] = {
    "loss": "train/loss",
    "episodes": "time/episodes",
    "exploration_rate": "rollout/exploration_rate",
}
PPO: Final[dict[MetricWord, str]] = {
    "loss": "train/loss",
    "policy_loss": "train/policy_gradient_loss",
    "value_loss": "train/value_loss",
    "entropy": "train/entropy_loss",
}
CLEANRL: Final[dict[MetricWord, str]] = {
    "reward": "charts/episodic_return",
    "episode_length": "charts/episodic_length",
    "throughput": "charts/SPS",
}
SKRL: Final[dict[MetricWord, str]] = {
    "reward": "Reward / Total reward (mean)",
    "episode_length": "Episode / Total timesteps (mean)",
}
TIANSHOU: Final[dict[MetricWord, str]] = {
    "reward": "training/returns_stat/mean",
    "episode_length": "training/lens_stat/mean",
    "env_steps": "training/env_step",
    "eval_reward": "test/returns_stat/mean",
    "eval_episode_length": "test/lens_stat/mean",
    "throughput": "training/collect_speed",
}
TRL: Final[dict[MetricWord, str]] = {
    "loss": "loss",
    "learning_rate": "learning_rate",
    "entropy": "entropy",
    "gradient_norm": "grad_norm",
}
CARTPOLE: Final = "CartPole-v1"
OLD: Final = "info/learner/default_policy/learner_stats"

RECORDED: Final[dict[str, Reading]] = {
    "sb3-ppo": Reading("stable-baselines3", SB3 | SUCCESS | IN_MLFLOW | PPO, "env_steps", {}, "total"),
    "sb3-dqn": Reading("stable-baselines3", SB3 | SUCCESS | IN_MLFLOW | Q, "env_steps", {}, "total"),
    "sb3-sac": Reading(
        "stable-baselines3",
        SB3
        | IN_MLFLOW
        | {"loss": "train/critic_loss", "value_loss": "train/critic_loss", "policy_loss": "train/actor_loss"}
        | {"episodes": "time/episodes"},
        "env_steps",
        {},
        "critic",
    ),
    "sb3-ppo-tensorboard": Reading(
        "stable-baselines3",
        SB3 | SUCCESS | PPO | {"throughput": "time/fps", "kl": "train/approx_kl"},
        "env_steps",
        {},
        "total",
    ),
    "sb3-contrib-trpo": Reading(
        "sb3-contrib",
        SB3
        | SUCCESS
        | IN_MLFLOW
        | {"loss": "train/value_loss", "value_loss": "train/value_loss", "kl": "train/kl_divergence_loss"},
        "env_steps",
        {},
        "value",
    ),
    "rl-zoo-ppo": Reading(
        "rl-zoo",
        SB3 | PPO | {"throughput": "time/fps", "kl": "train/approx_kl"},
        "env_steps",
        {"algorithm": "PPO", "environment": CARTPOLE},
        "total",
    ),
    # Nothing distinguishes it from Stable-Baselines3's own DQN.
    "sb3-contrib-qrdqn": Reading("stable-baselines3", SB3 | SUCCESS | IN_MLFLOW | Q, "env_steps", {}, "total"),
    "cleanrl-ppo": Reading(
        "cleanrl",
        CLEANRL
        | {"loss": "losses/value_loss", "value_loss": "losses/value_loss", "policy_loss": "losses/policy_loss"}
        | {"eval_reward": "eval/episodic_return", "learning_rate": "charts/learning_rate"}
        | {"entropy": "losses/entropy", "kl": "losses/approx_kl"},
        "env_steps",
        {"algorithm": "ppo", "environment": CARTPOLE, "seed": "1"},
        "value",
        {"eval/episodic_return": "eval_episodes"},
    ),
    "cleanrl-dqn": Reading(
        "cleanrl",
        CLEANRL | {"loss": "losses/td_loss", "value_loss": "losses/td_loss", "exploration_rate": "charts/epsilon"},
        "env_steps",
        {"algorithm": "dqn", "environment": CARTPOLE, "seed": "3"},
        "critic",
    ),
    "rllib-ppo-new": Reading(
        "rllib",
        {
            "reward": "env_runners/episode_return_mean",
            "episode_length": "env_runners/episode_len_mean",
            "loss": "learners/default_policy/total_loss",
            "episodes": "env_runners/num_episodes_lifetime",
            "env_steps": "num_env_steps_sampled_lifetime",
            "eval_reward": "evaluation/env_runners/episode_return_mean",
            "eval_episode_length": "evaluation/env_runners/episode_len_mean",
            "learning_rate": "learners/default_policy/default_optimizer_learning_rate",
            "entropy": "learners/default_policy/entropy",
            "kl": "learners/default_policy/mean_kl_loss",
            "policy_loss": "learners/default_policy/policy_loss",
            "value_loss": "learners/default_policy/vf_loss",
        },
        "iterations",
        {"algorithm": "PPO", "environment": CARTPOLE, "seed": "5"},
        "total",
    ),
    "rllib-ppo-old": Reading(
        "rllib-old",
        {
            "reward": "env_runners/episode_reward_mean",
            "episode_length": "env_runners/episode_len_mean",
            "loss": f"{OLD}/total_loss",
            "env_steps": "num_env_steps_sampled_lifetime",
            "eval_reward": "evaluation/env_runners/episode_reward_mean",
            "eval_episode_length": "evaluation/env_runners/episode_len_mean",
            "throughput": "num_env_steps_sampled_throughput_per_sec",
            "learning_rate": f"{OLD}/cur_lr",
            "entropy": f"{OLD}/entropy",
            "kl": f"{OLD}/kl",
            "policy_loss": f"{OLD}/policy_loss",
            "value_loss": f"{OLD}/vf_loss",
            "gradient_norm": f"{OLD}/grad_gnorm",
        },
        "env_steps",
        {"algorithm": "PPO", "environment": CARTPOLE, "seed": "5"},
        "total",
    ),
    "tianshou-ppo": Reading("tianshou", TIANSHOU, "env_steps", {"seed": "42"}, None, {"info/epoch": "iterations"}),
    "tianshou-dqn": Reading("tianshou", TIANSHOU, "env_steps", {"seed": "42"}, None, {"info/epoch": "iterations"}),
    "skrl-ppo": Reading(
        "skrl",
        SKRL | {"loss": "Loss / Value loss", "value_loss": "Loss / Value loss", "policy_loss": "Loss / Policy loss"},
        "vector_steps",
        {"algorithm": "PPO"},
        "value",
    ),
    "skrl-dqn": Reading(
        "skrl",
        SKRL | {"loss": "Loss / Q-network loss", "value_loss": "Loss / Q-network loss"},
        "vector_steps",
        {"algorithm": "DQN"},
        "critic",
    ),
    "trl-grpo": Reading(
        "trl",
        TRL | {"reward": "reward", "episode_length": "completions/mean_length"},
        "updates",
        {"seed": "11"},
        "total",
    ),
    "trl-dpo": Reading("trl", TRL, "updates", {"seed": "11"}, "total"),
    "torchrl-dqn": Reading(
        "torchrl",
        {
            "reward": "train/episode_reward",
            "episode_length": "train/episode_length",
            "loss": "train/q_loss",
            "value_loss": "train/q_loss",
            "eval_reward": "eval/reward",
            "throughput": "time/speed",
            "exploration_rate": "train/epsilon",
        },
        "env_steps",
        {"algorithm": "DQN", "environment": CARTPOLE},
        "critic",
    ),
    # The mean reward of a step, and the sum over a batch, are no returns.
    "torchrl-trainer-ppo": Reading(
        "torchrl",
        {
            "loss": "loss_critic",
            "value_loss": "loss_critic",
            "policy_loss": "loss_objective",
            "eval_reward": "total_r_evaluation",
            "entropy": "entropy",
            "kl": "kl_approx",
            "gradient_norm": "grad_norm_0",
        },
        "env_steps",
        {},
        "critic",
    ),
    "rsl-rl-ppo": Reading(
        "rsl-rl",
        {
            "reward": "Train/mean_reward",
            "episode_length": "Train/mean_episode_length",
            "loss": "Loss/value",
            "throughput": "Perf/total_fps",
            "learning_rate": "Loss/learning_rate",
            "entropy": "Loss/entropy",
            "policy_loss": "Loss/surrogate",
            "value_loss": "Loss/value",
        },
        "iterations",
        {},
        "value",
        {"Train/mean_reward/time": "seconds"},
    ),
    "sample-factory-appo": Reading(
        "sample-factory",
        {
            "reward": "policy_stats/avg_true_objective",
            "episode_length": "len/len",
            "loss": "train/loss",
            "throughput": "perf/_fps",
            "learning_rate": "train/lr",
            "entropy": "train/entropy",
            "kl": "train/kl_divergence",
            "policy_loss": "train/policy_loss",
            "value_loss": "train/value_loss",
            "gradient_norm": "train/grad_norm",
        },
        "env_steps",
        {},
        "total",
    ),
}


class ByName(NamedTuple):
    """A run with these metrics and what it states about its setting, and how it is read."""

    metrics: tuple[str, ...]
    reading: Reading
    setting: Mapping[str, str] = MappingProxyType({})


TORCHRL_ENV: Final = "{'env_name': 'HalfCheetah-v4', 'seed': 42, 'backend': 'gymnasium'}"
BY_NAME: Final[dict[str, ByName]] = {
    "TorchRL, its PPO example": ByName(
        (
            *(
                "train/reward",
                "train/episode_length",
                "train/loss_objective",
                "train/loss_critic",
                "train/loss_entropy",
            ),
            *("train/entropy", "train/kl_approx", "train/clip_fraction", "train/lr", "train/ESS", "eval/reward"),
            *("eval/time", "time/speed", "time/collect", "train/grad_norm"),
        ),
        Reading(
            "torchrl",
            {
                "reward": "train/reward",
                "episode_length": "train/episode_length",
                "loss": "train/loss_critic",
                "eval_reward": "eval/reward",
                "throughput": "time/speed",
                "learning_rate": "train/lr",
                "entropy": "train/entropy",
                "kl": "train/kl_approx",
                "policy_loss": "train/loss_objective",
                "value_loss": "train/loss_critic",
                "gradient_norm": "train/grad_norm",
            },
            "env_steps",
            {"environment": "HalfCheetah-v4", "seed": "42"},
            "critic",
        ),
        {"env": TORCHRL_ENV, "loss": "{'clip_epsilon': 0.2}"},
    ),
    "Sample Factory": ByName(
        (
            *("reward/reward", "reward/reward_min", "reward/reward_max", "len/len", "policy_stats/avg_true_objective"),
            *(
                "train/loss",
                "train/value_loss",
                "train/policy_loss",
                "train/kl_loss",
                "train/entropy",
                "train/grad_norm",
            ),
            *("train/kl_divergence", "train/lr", "train/env_steps", "perf/_fps", "perf/_sample_throughput"),
        ),
        Reading(
            "sample-factory",
            {
                "reward": "policy_stats/avg_true_objective",
                "episode_length": "len/len",
                "loss": "train/loss",
                "env_steps": "train/env_steps",
                "throughput": "perf/_fps",
                "learning_rate": "train/lr",
                "entropy": "train/entropy",
                "kl": "train/kl_divergence",
                "policy_loss": "train/policy_loss",
                "value_loss": "train/value_loss",
                "gradient_norm": "train/grad_norm",
            },
            "env_steps",
            {"algorithm": "APPO", "environment": "doom_battle", "seed": "7"},
            "total",
        ),
        {"algo": "APPO", "env": "doom_battle", "seed": "7"},
    ),
    "PufferLib": ByName(
        (
            *("environment/episode_return", "environment/episode_length", "environment/score", "environment/perf"),
            *("losses/policy_loss", "losses/value_loss", "losses/entropy", "losses/approx_kl", "losses/clipfrac"),
            *("SPS", "agent_steps", "epoch", "learning_rate", "performance/train"),
        ),
        Reading(
            "pufferlib",
            {
                "reward": "environment/episode_return",
                "episode_length": "environment/episode_length",
                "loss": "losses/value_loss",
                "env_steps": "agent_steps",
                "throughput": "SPS",
                "learning_rate": "learning_rate",
                "entropy": "losses/entropy",
                "kl": "losses/approx_kl",
                "policy_loss": "losses/policy_loss",
                "value_loss": "losses/value_loss",
            },
            "env_steps",
            {"environment": "puffer_breakout", "seed": "42"},
            "value",
        ),
        {"env_name": "puffer_breakout", "train/seed": "42"},
    ),
    "LeRobot": ByName(
        (
            *("train/loss", "train/grad_norm", "train/lr", "train/update_s", "eval/avg_sum_reward", "eval/pc_success"),
            *("eval/eval_s",),
        ),
        Reading(
            "lerobot",
            {
                "loss": "train/loss",
                "eval_reward": "eval/avg_sum_reward",
                "eval_success_rate": "eval/pc_success",
                "learning_rate": "train/lr",
                "gradient_norm": "train/grad_norm",
            },
            "updates",
            {"algorithm": "diffusion", "environment": "PushT-v0", "seed": "1000"},
            "total",
        ),
        {
            "policy": "{'type': 'diffusion', 'n_obs_steps': 2}",
            "env": "{'type': 'pusht', 'task': 'PushT-v0'}",
            "seed": "1000",
        },
    ),
    "Acme": ByName(
        (
            "episode_return",
            "episode_length",
            "steps_per_second",
            "actor_steps",
            "actor_episodes",
            "critic_loss",
            "policy_loss",
        ),
        Reading(
            "acme",
            {
                "reward": "episode_return",
                "episode_length": "episode_length",
                "loss": "critic_loss",
                "episodes": "actor_episodes",
                "env_steps": "actor_steps",
                "throughput": "steps_per_second",
                "policy_loss": "policy_loss",
                "value_loss": "critic_loss",
            },
            None,
            {},
            "critic",
        ),
    ),
    "Clew's trainer": ByName(
        (
            *("episode_reward", "episode_length", "success_rate", "loss", "eval/mean_return", "eval/mean_length"),
            *("eval/success_rate", "rollout/ep_rew_mean", "rollout/ep_len_mean", "time/fps", "train/n_updates"),
        ),
        Reading(
            "clew",
            {
                "reward": "episode_reward",
                "episode_length": "episode_length",
                "success_rate": "success_rate",
                "loss": "loss",
                "eval_reward": "eval/mean_return",
                "eval_episode_length": "eval/mean_length",
                "eval_success_rate": "eval/success_rate",
                "throughput": "time/fps",
            },
            "episodes",
            {
                "algorithm": "PPO",
                "environment": "Maze-v0",
                "seed": "3",
                "success_window": "100",
                "eval_episodes": "200",
            },
            "total",
            {"rollout/ep_rew_mean": "env_steps"},
        ),
        {"algorithm": "PPO", "env_id": "Maze-v0", "seed": "3", "success_window": "100", "eval_episodes": "200"},
    ),
    "a loss of several tools": ByName(
        ("train/loss", "train/grad_norm"),
        Reading(None, {"loss": "train/loss", "gradient_norm": "train/grad_norm"}, None, {}, "total"),
    ),
    "nothing that anybody knows": ByName(("score", "reward", "step_reward"), Reading(None, {}, None)),
    "signs of two tools alike": ByName(("time/fps", "charts/SPS"), Reading(None, {"throughput": "time/fps"}, None)),
}
