"""Watches a training from inside: counts episodes, hands every number on, stops when told."""

from collections import deque
from collections.abc import Callable
from typing import Any, Final

from stable_baselines3.common.callbacks import BaseCallback

LogMetric = Callable[[str, float, int], None]

SUCCESS_WINDOW: Final = 100
SUCCESS_EVERY: Final = 10


class EpisodeCallback(BaseCallback):  # type: ignore[misc]  # untyped to mypy, as all third-party code here
    """Calls `log(key, value, episode)` for every episode's numbers; episodes count from 1 in the order they end.

    `loss` is the latest update's, with the first episode that ends after it. `success_rate` comes every 10 episodes and
    is the share of successes among the last 100 (of all so far, while there are fewer).
    """

    def __init__(
        self, episodes: int, log: LogMetric, tick: Callable[[], None], should_stop: Callable[[], bool]
    ) -> None:
        super().__init__()
        self.episodes = episodes
        self.finished = 0
        self._log = log
        self._tick = tick
        self._should_stop = should_stop
        self._successes: deque[bool] = deque(maxlen=SUCCESS_WINDOW)
        self._updates_logged = 0

    @property
    def success_rate(self) -> float | None:
        """The share of successes among the last 100 episodes, None before the first has ended."""
        return sum(self._successes) / len(self._successes) if self._successes else None

    def _on_step(self) -> bool:
        for done, info in zip(self.locals["dones"], self.locals["infos"], strict=True):
            if done and self.finished < self.episodes:
                self._end_episode(info)
        self._tick()
        return self.finished < self.episodes and not self._should_stop()

    def _end_episode(self, info: dict[str, Any]) -> None:
        self.finished += 1
        self._successes.append(bool(info["is_success"]))
        self._log("episode_reward", float(info["episode"]["r"]), self.finished)
        self._log("episode_length", float(info["episode"]["l"]), self.finished)
        self._log_loss()
        if self.finished % SUCCESS_EVERY == 0 and self.success_rate is not None:
            self._log("success_rate", self.success_rate, self.finished)

    def _log_loss(self) -> None:
        updates = getattr(self.model, "_n_updates", 0)
        loss = self.model.logger.name_to_value.get("train/loss")
        if updates > self._updates_logged and loss is not None:
            self._updates_logged = updates
            self._log("loss", float(loss), self.finished)
