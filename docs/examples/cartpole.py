"""A team's own trainer, independent of Clew: Stable-Baselines3 balances CartPole, and logs to MLflow.

Logging follows Stable-Baselines3's documentation for MLflow: one more output of its logger. If MLFLOW_TRACKING_URI
and MLFLOW_RUN_ID are set, as a scheduler does, MLflow's package logs into that run; otherwise, as with `python
cartpole.py --algo PPO`, it creates one.
"""

import argparse
import sys
from typing import Any

import mlflow
import numpy as np
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.logger import HumanOutputFormat, KVWriter, Logger

ALGORITHMS = {"PPO": PPO, "A2C": A2C, "DQN": DQN}
ENVIRONMENT = "CartPole-v1"


class MlflowOutput(KVWriter):
    """Sends the numbers of Stable-Baselines3's logger to the active run of MLflow."""

    def write(self, key_values: dict[str, Any], key_excluded: dict[str, tuple[str, ...]], step: int = 0) -> None:
        """Logs numbers; texts, pictures and values excluded from this output are not for MLflow's charts."""
        for key, value in key_values.items():
            is_number = isinstance(value, int | float | np.integer | np.floating)
            if is_number and "mlflow" not in (key_excluded.get(key) or ()):
                mlflow.log_metric(key, float(value), step)

    def close(self) -> None:
        """Does nothing: no resource is open."""


def main() -> None:
    """Trains as the command line requests."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--algo", choices=list(ALGORITHMS), default="PPO")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--timesteps", type=int, default=20_000)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    chosen = parser.parse_args()

    with mlflow.start_run():
        mlflow.log_params({"env_id": ENVIRONMENT, **vars(chosen)})
        model = ALGORITHMS[chosen.algo](
            "MlpPolicy", ENVIRONMENT, learning_rate=chosen.learning_rate, seed=chosen.seed, device="cpu"
        )
        model.set_logger(Logger(folder=None, output_formats=[HumanOutputFormat(sys.stdout), MlflowOutput()]))
        model.learn(total_timesteps=chosen.timesteps, log_interval=1 if chosen.algo == "PPO" else 10)


if __name__ == "__main__":
    main()
