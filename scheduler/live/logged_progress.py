"""The progress of a program that only logs to MLflow, by the team's vocabulary of metrics."""

import math
import time
from typing import Final

from domain.tracking.history import FIRST_STEP
from domain.tracking.runs import LatestMetric
from domain.tracking.vocabulary import MetricWord, Vocabulary
from domain.trainings.training import LivePoints, TrainingProgress
from mlflow_api.histories.metrics import MetricsApi
from mlflow_api.run_writes import RunWrites
from scheduler.live.curves import MAX_POINTS
from scheduler.live.progress import WORDS

_OF_COUNTS: Final[tuple[MetricWord, ...]] = ("episodes", "env_steps")


class LoggedProgress:
    """The progress of one run; `read` raises a ServiceError if MLflow does not answer."""

    def __init__(self, run_id: str, runs: RunWrites, metrics: MetricsApi, vocabulary: Vocabulary) -> None:
        self._run_id = run_id
        self._runs, self._metrics, self._vocabulary = runs, metrics, vocabulary
        self._words = vocabulary  # that of the run's tool, once it has logged something
        self._known: dict[str, LatestMetric] = {}
        self.last: TrainingProgress | None = None
        self.curves: list[LivePoints] = []

    def read(self) -> None:
        """Reads the run's latest metrics from MLflow, and histories for curves if there is more of them."""
        run = self._runs.get(self._run_id)
        metrics, self._words = run.metrics, self._vocabulary.of(run)
        keys = {word: key for word in WORDS if (key := self._words.metric_key(word, metrics)) is not None}
        found = {key: metrics[key] for key in keys.values()}
        if found != self._known:
            self.curves = [points for word, key in keys.items() if (points := self._curve(word, key)).x]
            self._known = found
        if metrics:
            self.last = self._progress(metrics)

    def _curve(self, word: str, key: str) -> LivePoints:
        history = self._metrics.fetch([self._run_id], key, FIRST_STEP, MAX_POINTS)[self._run_id].history
        if history is None:
            return LivePoints(key=word, x=[], y=[])
        scale = self._words.scale(key) or 1.0
        values = [value / scale if math.isfinite(value) else None for value in history.value.tolist()]
        return LivePoints(key=word, x=history.step.tolist(), y=values)

    def _progress(self, metrics: dict[str, LatestMetric]) -> TrainingProgress:
        named = {word: self._value(word, metrics) for word in WORDS}
        episodes, steps = (self._count(word, metrics) for word in _OF_COUNTS)
        newest = max((one.timestamp for one in metrics.values()), default=0)
        at_ms = newest if 0 <= newest < 2**53 else time.time_ns() // 1_000_000
        return TrainingProgress(at_ms=at_ms, episode=episodes, steps=steps, **named)

    def _value(self, word: MetricWord, metrics: dict[str, LatestMetric]) -> float | None:
        key = self._words.metric_key(word, metrics)
        if key is None or not math.isfinite(metrics[key].value):
            return None
        return metrics[key].value / (self._words.scale(key) or 1.0)

    def _count(self, word: MetricWord, metrics: dict[str, LatestMetric]) -> int | None:
        value = self._value(word, metrics)
        return int(value) if value is not None and 0 <= value < 2**53 else None
