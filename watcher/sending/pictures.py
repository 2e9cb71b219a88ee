"""The picture of a run's curve in a message."""

import logging
from collections.abc import Mapping
from typing import Final

from domain.alerts.alert import Alert
from domain.alerts.kinds import AlertKind
from domain.errors import ClewError
from domain.tracking.history import FIRST_STEP
from domain.tracking.runs import Run
from domain.tracking.vocabulary import MetricWord, Vocabulary
from mlflow_api.client import MlflowApi
from mlflow_api.histories.metrics import MetricsApi
from watcher.sending.chart import curve

_MAX_POINTS: Final = 500
_DRAWN: Final = (AlertKind.FINISHED, AlertKind.FAILED, AlertKind.DIVERGED, AlertKind.STALLED, AlertKind.BEST)
_WORDS: Final[tuple[MetricWord, ...]] = ("reward", "success_rate", "loss")
_log = logging.getLogger(__name__)


class Pictures:
    """Draws what runs logged; `known` holds recently read runs by id."""

    def __init__(self, mlflow: MlflowApi, known: Mapping[str, Run], vocabulary: Vocabulary) -> None:
        self._mlflow = mlflow.within(float("inf"), each_seconds=5.0)
        self._metrics = MetricsApi(self._mlflow)
        self._known = known
        self._vocabulary = vocabulary

    def of(self, alert: Alert) -> bytes | None:
        """Returns the PNG for an alert, or None if there is none in time: a message does not wait for its picture."""
        run_id = alert.subject.run_id
        if run_id is None or alert.kind not in _DRAWN:
            return None
        try:
            run = self._known.get(run_id) or self._mlflow.run(run_id, {})
            keys = (run.metric_key(word, self._vocabulary) for word in _WORDS)
            key = next((one for one in keys if one is not None), None)
            if key is None:
                return None
            history = self._metrics.fetch([run_id], key, FIRST_STEP, _MAX_POINTS)[run_id].history
        except ClewError as error:
            _log.info("A message goes without its picture", extra={"alert": alert.id, "cause": str(error)})
            return None
        return None if history is None else curve(history, f"{alert.subject.name} · {key}")
