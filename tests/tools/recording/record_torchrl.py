"""Records TorchRL with its TensorBoard logger on CartPole: its DQN example, and its PPO trainer with a recorder."""

import subprocess
import sys
import tempfile
from importlib.metadata import distribution
from pathlib import Path

import torch
from recording import keep_events
from tensordict.nn import TensorDictModule
from torch import nn
from torchrl.collectors import Collector
from torchrl.data import LazyTensorStorage, ReplayBuffer, SamplerWithoutReplacement
from torchrl.envs import Compose, DoubleToFloat, GymEnv, RewardSum, StepCounter, TransformedEnv
from torchrl.modules import OneHotCategorical, ProbabilisticActor, ValueOperator
from torchrl.objectives import ClipPPOLoss
from torchrl.record.loggers.tensorboard import TensorboardLogger
from torchrl.trainers import LogValidationReward
from torchrl.trainers.algorithms.ppo import PPOTrainer

FRAMES = 8_192
BATCH = 512
# The package contains its examples, but not their configurations.
DQN = """
device: cpu
env: {env_name: CartPole-v1}
collector: {total_frames: 6000, frames_per_batch: 200, eps_start: 1.0, eps_end: 0.05, annealing_frames: 4000,
  init_random_frames: 1000}
buffer: {buffer_size: 6000, batch_size: 64}
optim: {lr: 0.002}
loss: {gamma: 0.99, hard_update_freq: 50, num_updates: 20}
logger: {backend: tensorboard, project_name: null, group_name: null, test_interval: 2000, num_test_episodes: 2,
  video: false}
compile: {compile: false, compile_mode: null, cudagraphs: false}
checkpoint: {format: archive, strict: ignore, path: null, resume: false, interval: 0}
"""


def environment() -> TransformedEnv:
    return TransformedEnv(GymEnv("CartPole-v1"), Compose(DoubleToFloat(), StepCounter(), RewardSum()))


def layers(outputs: int) -> nn.Module:
    return nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, outputs))


def example() -> None:
    folder = Path(tempfile.mkdtemp())
    (folder / "config_cartpole.yaml").write_text(DQN, encoding="utf-8")
    script = distribution("torchrl").locate_file("sota-implementations/dqn/dqn_cartpole.py")
    subprocess.run(
        [sys.executable, str(script), f"--config-dir={folder}", "hydra.job.chdir=true"], cwd=folder, check=True
    )
    [events] = {path.parent for path in folder.rglob("events.out.tfevents.*")}
    keep_events("torchrl-dqn", "torchrl", events)


def trainer() -> None:
    torch.manual_seed(5)
    env = environment()
    actor = ProbabilisticActor(
        TensorDictModule(layers(2), in_keys=["observation"], out_keys=["logits"]),
        in_keys=["logits"],
        spec=env.action_spec,
        distribution_class=OneHotCategorical,
        return_log_prob=True,
    )
    critic = ValueOperator(layers(1), in_keys=["observation"])
    loss = ClipPPOLoss(actor, critic)
    folder = tempfile.mkdtemp()
    made = PPOTrainer(
        collector=Collector(environment, actor, frames_per_batch=BATCH, total_frames=FRAMES),
        total_frames=FRAMES,
        frame_skip=1,
        optim_steps_per_batch=4,
        loss_module=loss,
        optimizer=torch.optim.Adam(loss.parameters(), lr=3e-3),
        logger=TensorboardLogger("torchrl-ppo", log_dir=folder),
        progress_bar=False,
        log_interval=BATCH,
        replay_buffer=ReplayBuffer(
            storage=LazyTensorStorage(BATCH), sampler=SamplerWithoutReplacement(), batch_size=128
        ),
    )
    LogValidationReward(record_interval=4, record_frames=500, policy_exploration=actor, environment=env).register(made)
    made.train()
    [events] = {path.parent for path in Path(folder).rglob("events.out.tfevents.*")}
    keep_events("torchrl-trainer-ppo", "torchrl", events)


if __name__ == "__main__":
    example()
    trainer()
