"""Forwards what Stable-Baselines3 logs itself (`rollout/…`, `train/…`, `time/fps`), with its own step counter."""

from collections.abc import Callable
from numbers import Real
from typing import Any, Final

from stable_baselines3.common.logger import KVWriter, Logger

_OF_TABLES: Final = "tensorboard"
"""What Stable-Baselines3 excludes from curves and shows in its tables only: counts that every run has anyway."""
Metric = Callable[[str, float, int], None]


class _ForwardingWriter(KVWriter):  # type: ignore[misc]  # untyped to mypy, as all third-party code here
    def __init__(self, metric: Metric) -> None:
        self._metric = metric

    def write(self, key_values: dict[str, Any], key_excluded: dict[str, tuple[str, ...]], step: int = 0) -> None:
        for key, value in sorted(key_values.items()):
            if _OF_TABLES not in key_excluded.get(key, ()) and isinstance(value, Real):
                self._metric(key, float(value), step)

    def close(self) -> None:
        """Does nothing: nothing is open."""


def tool_logger(metric: Metric) -> Logger:
    """Returns a logger for an agent.

    `metric` receives every number except those that only tables show.
    """
    return Logger(None, [_ForwardingWriter(metric)])
