"""Records Tianshou's high-level PPO and DQN with its TensorBoard logger."""

import tempfile
from pathlib import Path

from recording import keep_events
from tianshou.highlevel.config import OffPolicyTrainingConfig, OnPolicyTrainingConfig
from tianshou.highlevel.env import EnvFactoryRegistered, VectorEnvType
from tianshou.highlevel.experiment import DQNExperimentBuilder, ExperimentConfig, PPOExperimentBuilder

COMMON = {
    "max_epochs": 3,
    "epoch_num_steps": 1_200,
    "num_training_envs": 2,
    "num_test_envs": 2,
    "collection_step_num_env_steps": 400,
}


def main() -> None:
    environments = EnvFactoryRegistered(task="CartPole-v1", venv_type=VectorEnvType.DUMMY)
    builders = {
        "ppo": (PPOExperimentBuilder, OnPolicyTrainingConfig(batch_size=64, **COMMON)),
        "dqn": (DQNExperimentBuilder, OffPolicyTrainingConfig(batch_size=64, **COMMON)),
    }
    for name, (builder, config) in builders.items():
        folder = tempfile.mkdtemp()
        experiment = ExperimentConfig(persistence_enabled=True, persistence_base_dir=folder, watch=False, device="cpu")
        builder(environments, experiment, config).build().run(run_name=f"{name}/CartPole-v1")
        [events] = Path(folder).rglob("events.out.tfevents.*")
        keep_events(f"tianshou-{name}", "tianshou", events.parent)


if __name__ == "__main__":
    main()
