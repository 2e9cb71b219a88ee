"""The word of the vocabulary that each built-in column of the run table shows."""

from collections.abc import Mapping
from typing import Final

from domain.tracking.vocabulary import MetricWord, ParameterWord

METRIC_OF: Final[Mapping[str, MetricWord]] = {
    "success_percent": "success_rate",
    "final_reward": "reward",
    "final_loss": "loss",
    "episode_length": "episode_length",
    "episodes": "episodes",
    "throughput": "throughput",
    "learning_rate": "learning_rate",
    "entropy": "entropy",
    "kl": "kl",
    "policy_loss": "policy_loss",
    "value_loss": "value_loss",
    "exploration_rate": "exploration_rate",
    "gradient_norm": "gradient_norm",
}
PARAMETER_OF: Final[Mapping[str, ParameterWord]] = {
    "algorithm": "algorithm",
    "environment": "environment",
    "seed": "seed",
}
