"""Sets the tool that the runs of an experiment are read as, in a tag of the experiment."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from domain.errors.run_lists.columns import ToolUnknown
from domain.tools.recognition import TOOL_TAG
from domain.tools.stated import READABLE, StatedTool
from mlflow_api.client import MlflowApi

_DEADLINE_SECONDS: Final = 30.0


class ToolReadings:
    """Writes the tools of one MLflow's experiments; each method raises a `ServiceError`."""

    def __init__(self, mlflow: MlflowApi, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._mlflow = mlflow
        self._now = now

    def state(self, experiment_id: str, tool: str, by: str | None) -> None:
        """Sets, in the name of `by`, the profile that the experiment's runs are read by; raises BadInput for an unknown
        one.
        """
        if tool not in READABLE:
            raise ToolUnknown(tool[:40])
        self._tag(experiment_id, StatedTool(tool=tool, by=by, at=self._now()).text())

    def undo(self, experiment_id: str) -> None:
        """Removes the setting: the runs are read by their own signs again."""
        # Not every MLflow can delete a tag of an experiment; an empty one has no effect.
        self._tag(experiment_id, "")

    def _tag(self, experiment_id: str, value: str) -> None:
        body = {"experiment_id": experiment_id, "key": TOOL_TAG, "value": value}
        self._mlflow.within(_DEADLINE_SECONDS).post("experiments/set-experiment-tag", body, writes=True)
