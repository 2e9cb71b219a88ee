"""Records Stable-Baselines3 and sb3-contrib: by its documentation's MLflow recipe, and by its TensorBoard output."""

import tempfile
from pathlib import Path
from typing import Any

import gymnasium
import mlflow
import sb3_contrib
import stable_baselines3
from recording import keep_events, keep_newest_run, scratch_mlflow
from stable_baselines3.common.callbacks import EvalCallback
from stable_baselines3.common.logger import KVWriter, Logger
from stable_baselines3.common.monitor import Monitor


class MLflowOutputFormat(KVWriter):
    """Logs to MLflow by the recipe of Stable-Baselines3's documentation, "Integrations"."""

    def write(self, key_values: dict[str, Any], key_excluded: dict[str, tuple[str, ...]], step: int = 0) -> None:
        for (key, value), (_, excluded) in zip(sorted(key_values.items()), sorted(key_excluded.items()), strict=True):
            if (excluded is None or "mlflow" not in excluded) and isinstance(value, int | float):
                mlflow.log_metric(key, value, step)

    def close(self) -> None:
        """Does nothing: there is nothing to close."""


class Solved(gymnasium.Wrapper):
    """Reports at the end of an episode of CartPole whether it was a success, as robots' environments do."""

    def step(self, action: Any) -> Any:
        self.seen = getattr(self, "seen", 0) + 1
        observation, reward, terminated, truncated, info = self.env.step(action)
        if terminated or truncated:
            info["is_success"], self.seen = self.seen > 25, 0
        return observation, reward, terminated, truncated, info


def cart_pole() -> Monitor:
    return Monitor(Solved(gymnasium.make("CartPole-v1")))


def pendulum() -> Monitor:
    return Monitor(gymnasium.make("Pendulum-v1"))


SB3, CONTRIB = "stable-baselines3", "sb3-contrib"
RUNS: list[tuple[str, str, Any, Any, int, dict[str, Any]]] = [
    ("sb3-ppo", SB3, stable_baselines3.PPO, cart_pole, 1_100, {"n_steps": 256}),
    ("sb3-dqn", SB3, stable_baselines3.DQN, cart_pole, 1_200, {"learning_starts": 100}),
    ("sb3-sac", SB3, stable_baselines3.SAC, pendulum, 500, {"learning_starts": 100}),
    ("sb3-contrib-trpo", CONTRIB, sb3_contrib.TRPO, cart_pole, 1_100, {"n_steps": 256}),
    ("sb3-contrib-qrdqn", CONTRIB, sb3_contrib.QRDQN, cart_pole, 1_100, {"learning_starts": 100}),
]


def main() -> None:
    for name, package, algorithm, make, steps, options in RUNS:
        scratch_mlflow()
        with mlflow.start_run(run_name=name):
            model = algorithm("MlpPolicy", make(), **options)
            model.set_logger(Logger(folder=None, output_formats=[MLflowOutputFormat()]))
            model.learn(steps, callback=EvalCallback(make(), eval_freq=400, n_eval_episodes=3), log_interval=2)
        keep_newest_run(name, package)
    folder = tempfile.mkdtemp()
    model = stable_baselines3.PPO("MlpPolicy", cart_pole(), n_steps=256, tensorboard_log=folder)
    model.learn(1_100, callback=EvalCallback(cart_pole(), eval_freq=400, n_eval_episodes=3), tb_log_name="PPO")
    keep_events("sb3-ppo-tensorboard", SB3, Path(folder) / "PPO_1")


if __name__ == "__main__":
    main()
