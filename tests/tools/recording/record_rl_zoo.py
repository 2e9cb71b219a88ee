"""Records RL Baselines3 Zoo's training script by the event files that it writes."""

import subprocess
import sys
import tempfile
from pathlib import Path

from recording import keep_events


def main() -> None:
    folder = tempfile.mkdtemp()
    where = ["--tensorboard-log", f"{folder}/events", "--log-folder", f"{folder}/logs"]
    arguments = ["--algo", "ppo", "--env", "CartPole-v1", "--n-timesteps", "1500", "--seed", "3", "--eval-freq", "64"]
    hyperparameters = ["--hyperparams", "n_envs:2", "n_steps:128", "callback:'rl_zoo3.callbacks.RawStatisticsCallback'"]
    subprocess.run([sys.executable, "-m", "rl_zoo3.train", *arguments, *where, *hyperparameters], check=True)
    [events] = Path(folder, "events").rglob("events.out.tfevents.*")
    name = str(events.parent.relative_to(Path(folder, "events")))
    keep_events("rl-zoo-ppo", "rl-zoo3", events.parent, name)


if __name__ == "__main__":
    main()
