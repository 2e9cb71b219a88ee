"""Tracks a training from inside: counts episodes, reports metrics, stops on request."""

from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol

from stable_baselines3.common.callbacks import BaseCallback

from domain.inference.maze import MAX_STEPS
from training.agents.counters import Counters
from training.jobs import SUCCESS_WINDOW

SUCCESS_EVERY: Final = 10
_LOSSES: Final = ("train/loss", "train/critic_loss")
_SUCCESSES: Final = ("is_success", "success")


class TrainingObserver(Protocol):
    """Receives the progress of an agent."""

    def metric(self, key: str, value: float, step: int) -> None:
        """Logs one number of an episode."""

    def stepped(self, callback: "EpisodeCallback") -> None:
        """Counts one step of all environments."""

    def between_updates(self, callback: "EpisodeCallback") -> None:
        """Receives a call after each update, when nothing is collected yet and the agent's state is consistent."""


class EpisodeCallback(BaseCallback):  # type: ignore[misc]  # untyped to mypy, as all third-party code here
    """Reports every episode's metrics to `watcher`; episodes count from 1 in the order they end.

    `loss` is the latest update's, logged with the first episode that ends after it. `success_rate` is logged every 10
    episodes, if the environment reports success, and is the share of successes among the last 100 (of all so far,
    while there are fewer). The training is over after so many episodes, or after so many steps and the update that
    they belong to. After a stop request it continues until an episode ends in any of the environments, or
    `should_stop` has no more patience.
    """

    def __init__(
        self,
        episodes: int | None,
        watcher: TrainingObserver,
        should_stop: Callable[[bool], bool],
        *,
        steps: int | None = None,
        steps_each: int | None = MAX_STEPS,
    ) -> None:
        super().__init__()
        self.episodes = episodes
        self.steps = steps
        self.finished = 0
        self.reward: float | None = None
        self.loss: float | None = None
        self._steps_each = steps_each
        self._observer = watcher
        self._should_stop = should_stop
        self._successes: deque[bool] = deque(maxlen=SUCCESS_WINDOW)
        self._updates_logged = 0

    @property
    def success_rate(self) -> float | None:
        """The share of successes among the last 100 episodes, None before one has ended that reports it."""
        return sum(self._successes) / len(self._successes) if self._successes else None

    @property
    def done_share(self) -> float:
        """The completed share of the training, up to 1."""
        if self.episodes is not None:
            return self.finished / self.episodes
        return min(1.0, int(self.model.num_timesteps) / (self.steps or 1))

    @property
    def is_done(self) -> bool:
        """Whether the training has reached its length."""
        return self.done_share >= 1

    @property
    def counters(self) -> Counters:
        """The state for a checkpoint."""
        return Counters(
            finished=self.finished,
            successes=list(self._successes),
            updates_logged=self._updates_logged,
            update_loss=self._update_loss(),
        )

    def restore(self, counters: Counters) -> None:
        """Continues counting from a checkpoint."""
        self.finished = counters.finished
        self._successes.extend(counters.successes)
        self._updates_logged = counters.updates_logged

    def _on_training_start(self) -> None:
        if self._steps_each is None or self.episodes is None:
            # Schedules (exploration, rates) fall with the unit in which the training is measured.
            self.model._update_current_progress_remaining = self._note_remaining
            return
        # DQN's exploration falls over a share of these steps. They count 200 per episode, as in the measured
        # settings: with the most steps that the episodes may have, the end would never be reached, and exploration
        # never fall.
        self.model._total_timesteps = (self.episodes + self.model.n_envs) * self._steps_each

    def _note_remaining(self, steps: int, all_steps: int) -> None:
        self.model._current_progress_remaining = 1.0 - self.done_share

    def _on_rollout_start(self) -> None:
        self._observer.between_updates(self)

    def _on_step(self) -> bool:
        ended = False
        for done, info in zip(self.locals["dones"], self.locals["infos"], strict=True):
            if done and (self.episodes is None or self.finished < self.episodes):
                self._end_episode(info)
                ended = True
        self._observer.stepped(self)
        return (self.episodes is None or self.finished < self.episodes) and not self._should_stop(ended)

    def _end_episode(self, info: dict[str, Any]) -> None:
        self.finished += 1
        self._successes.extend(success_of(info))
        self.reward = float(info["episode"]["r"])
        self._observer.metric("episode_reward", self.reward, self.finished)
        self._observer.metric("episode_length", float(info["episode"]["l"]), self.finished)
        self._log_loss()
        if self.finished % SUCCESS_EVERY == 0 and self.success_rate is not None:
            self._observer.metric("success_rate", self.success_rate, self.finished)

    def _log_loss(self) -> None:
        updates, loss = getattr(self.model, "_n_updates", 0), self._update_loss()
        if updates > self._updates_logged and loss is not None:
            self._updates_logged, self.loss = updates, loss
            self._observer.metric("loss", loss, self.finished)

    def _update_loss(self) -> float | None:
        """Returns the newest loss; for SAC that of the critic, which corresponds to DQN's."""
        known = self.model.logger.name_to_value
        return next((float(known[name]) for name in _LOSSES if known.get(name) is not None), None)


def success_of(info: dict[str, Any]) -> list[bool]:
    """Returns whether the ended episode was a success, as a list of one.

    Empty if the environment does not report it.
    """
    return [bool(info[name]) for name in _SUCCESSES if name in info][:1]
