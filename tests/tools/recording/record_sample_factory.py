"""Records Sample Factory's APPO on CartPole by its own example, which writes event files."""

import subprocess
import sys
import tempfile
from pathlib import Path

from recording import keep_events

SETTINGS = (
    "--algo=APPO --env=CartPole-v1 --experiment=cartpole --seed=7 --device=cpu --use_rnn=False --recurrence=1 "
    "--num_workers=1 --num_envs_per_worker=8 --rollout=32 --batch_size=256 --reward_scale=0.1 --with_vtrace=False "
    "--train_for_env_steps=5000 --stats_avg=20 --experiment_summaries_interval=1 --flush_summaries_interval=1 --serial_mode=True "
    "--async_rl=False --save_every_sec=600 --with_wandb=False"
)


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    command = [sys.executable, "-m", "sf_examples.train_gym_env", *SETTINGS.split(), f"--train_dir={folder}"]
    subprocess.run(command, cwd=folder, check=True)
    [events] = {path.parent for path in folder.rglob("events.out.tfevents.*")}
    keep_events("sample-factory-appo", "sample-factory", events, run_name=str(events.relative_to(folder)))


if __name__ == "__main__":
    main()
