"""Distributes the progress of a training: to MLflow, the scheduler's files, the log, and checkpoints."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from training.agents.episodes import EpisodeCallback
from training.checkpoints.files import CheckpointFiles, upload_checkpoint
from training.console import Console, print_line
from training.progress import Progress, ProgressFile
from training.stopping import StopRequest
from training.tracking.run_log import RunLog

CHECKPOINT_SECONDS: Final = 60.0
SaveInto = Callable[[Path, EpisodeCallback], None]


class TrainingWatch:
    """Reports a training's progress a few times a second, and writes a checkpoint every minute if there is room."""

    def __init__(
        self,
        run: RunLog,
        progress: ProgressFile,
        console: Console,
        stop: StopRequest,
        checkpoints: CheckpointFiles | None,
        save: SaveInto,
    ) -> None:
        self._run = run
        self._progress = progress
        self._console = console
        self._stop = stop
        self._checkpoints = checkpoints
        self._save = save
        self._next_news = self._next_sign = 0.0
        self._next_checkpoint = time.monotonic() + CHECKPOINT_SECONDS
        self._has_reported_stop = False

    def metric(self, key: str, value: float, step: int) -> None:
        """Logs one number of an episode."""
        self._run.metric(key, value, step)

    def stepped(self, callback: EpisodeCallback) -> None:
        """Counts one step of all environments."""
        now = time.monotonic()
        if now >= self._next_news:
            self._next_news = now + self._progress.pause_seconds
            self.notify(callback)
        if now >= self._next_sign:
            self._next_sign = now + 1.0
            self._sign(callback)

    def between_updates(self, callback: EpisodeCallback) -> None:
        """Writes a checkpoint when due: after an update, when nothing has been collected yet."""
        if time.monotonic() >= self._next_checkpoint:
            self.checkpoint(callback)

    def notify(self, callback: EpisodeCallback, *, at_the_end: bool = False) -> None:
        """Reports the progress of the training."""
        progress = progress_of(callback)
        self._progress.write(progress)
        self._console.show(progress, self._progress.rates, at_the_end=at_the_end)

    def checkpoint(self, callback: EpisodeCallback) -> None:
        """Writes a checkpoint, and uploads it once MLflow has all earlier numbers."""
        self._next_checkpoint = time.monotonic() + CHECKPOINT_SECONDS
        if self._checkpoints is None:
            return
        self._run.save()
        written = self._checkpoints.write(lambda folder: self._save(folder, callback))
        if written is not None:
            self._run.upload_soon(lambda: upload_checkpoint(written, self._run.artifacts))

    def _sign(self, callback: EpisodeCallback) -> None:
        self._progress.alive()
        self._run.save()
        if self._stop and not self._has_reported_stop:
            self._has_reported_stop = True
            of_all = f" of {callback.episodes}" if callback.episodes is not None else ""
            print_line(f"Stopping at the end of this episode, after {callback.finished}{of_all}.")


def progress_of(callback: EpisodeCallback) -> Progress:
    """Returns the progress of the training that a callback tracks."""
    return Progress(
        finished=callback.finished,
        episodes=callback.episodes,
        steps=callback.model.num_timesteps,
        reward=callback.reward,
        loss=callback.loss,
        success_rate=callback.success_rate,
        steps_asked=callback.steps,
    )
