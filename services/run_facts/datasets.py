"""The datasets of runs, cached for a while, since an open page requests them repeatedly."""

import threading
from typing import Final

from cachetools import TTLCache

from domain.run_facts.datasets import Dataset
from mlflow_api.client import MlflowApi
from mlflow_api.datasets import datasets_of

_KEPT_SECONDS: Final = 30.0
_MAX_RUNS: Final = 500
_WAIT_SECONDS: Final = 5.0


class RunDatasets:
    """Reads the datasets of one run at a time from MLflow; shared by all threads of a worker."""

    def __init__(self, mlflow: MlflowApi) -> None:
        self._mlflow = mlflow
        self._kept: TTLCache[str, list[Dataset]] = TTLCache(_MAX_RUNS, _KEPT_SECONDS)
        self._lock = threading.Lock()

    def of(self, run_id: str) -> list[Dataset]:
        """Returns the datasets that the run logged; raises a `ServiceError`, or `NotFound`."""
        with self._lock:
            known = self._kept.get(run_id)
        if known is not None:
            return known
        found = datasets_of(self._mlflow.within(_WAIT_SECONDS), run_id)
        with self._lock:
            self._kept[run_id] = found
        return found
