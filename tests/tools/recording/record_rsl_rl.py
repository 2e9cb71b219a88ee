"""Records rsl_rl's PPO with its TensorBoard writer, on points that should move to the middle; two reward terms.

Isaac Lab passes its terms to rsl_rl as this environment does.
"""

import tempfile
from pathlib import Path
from typing import Any

import torch
from recording import keep_events
from rsl_rl.env import VecEnv
from rsl_rl.runners import OnPolicyRunner
from tensordict import TensorDict

ENVS = 64
LONGEST = 20


class Points(VecEnv):
    """Holds points in a plane that each action moves."""

    num_envs, num_actions, max_episode_length = ENVS, 2, LONGEST
    device = "cpu"

    def __init__(self) -> None:
        self.cfg: dict[str, Any] = {}
        self.place = torch.rand(ENVS, 2) * 2 - 1
        self.episode_length_buf = torch.zeros(ENVS, dtype=torch.long)
        self.sums = torch.zeros(ENVS, 2)

    def get_observations(self) -> TensorDict:
        return TensorDict({"policy": self.place.clone()}, batch_size=[ENVS])

    def step(self, actions: torch.Tensor) -> tuple[TensorDict, torch.Tensor, torch.Tensor, dict[str, Any]]:
        self.place = (self.place + 0.1 * actions.clamp(-1, 1)).clamp(-2, 2)
        self.episode_length_buf += 1
        near, effort = -self.place.norm(dim=1), -0.01 * actions.norm(dim=1)
        self.sums += torch.stack([near, effort], dim=1)
        late = self.episode_length_buf >= LONGEST
        done = late | (self.place.norm(dim=1) < 0.05)
        extras: dict[str, Any] = {"time_outs": late}
        if done.any():
            near_sum, effort_sum = self.sums[done].mean(dim=0).tolist()
            extras["log"] = {
                "Episode_Reward/near": near_sum / LONGEST,
                "Episode_Reward/effort": effort_sum / LONGEST,
                "Episode_Termination/time_out": float(late.sum()),
            }
            self.place[done] = torch.rand(int(done.sum()), 2) * 2 - 1
            self.episode_length_buf[done], self.sums[done] = 0, 0
        return self.get_observations(), near + effort, done, extras


def main() -> None:
    torch.manual_seed(3)
    model = {"class_name": "MLPModel", "hidden_dims": [16], "activation": "elu"}
    config = {
        "num_steps_per_env": 16,
        "save_interval": 1_000,
        "logger": "tensorboard",
        "run_name": "",
        "multi_gpu": None,
        "obs_groups": {"actor": ["policy"], "critic": ["policy"]},
        "actor": {**model, "distribution_cfg": {"class_name": "GaussianDistribution", "init_std": 0.6}},
        "critic": model,
        "algorithm": {"class_name": "PPO", "learning_rate": 1e-3, "schedule": "adaptive"},
    }
    folder = Path(tempfile.mkdtemp()) / "2026-11-30_12-00-00"
    OnPolicyRunner(Points(), config, log_dir=str(folder)).learn(40)
    keep_events("rsl-rl-ppo", "rsl-rl-lib", folder)


if __name__ == "__main__":
    main()
