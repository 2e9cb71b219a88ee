"""Runs MLflow's garbage collection, the only way to purge runs: REST has no such call."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from pydantic import TypeAdapter, ValidationError

from domain.errors.run_changes.records import NotRemoved, NotRemovedInTime
from domain.messages import Text

_SECONDS: Final = 600.0
_LONGEST_OUTPUT: Final = 300
_REFUSED: Final = TypeAdapter(dict[str, str])
# The function behind `mlflow gc --run-ids`, but not that command, which besides the runs removes every deleted
# experiment and every deleted logged model, however young. If another version of MLflow lacks the function, nothing is
# removed. The database is not an argument, because other users can read a command line, and it may contain a password.
_CODE: Final = """
import json, os, sys
from mlflow.cli import _gc_tracking_resources
from mlflow.exceptions import MlflowException
from mlflow.tracking import _get_store
store, seconds, refused = _get_store(os.environ["MLFLOW_BACKEND_STORE_URI"], None), int(sys.argv[1]), {}
for run_id in sys.argv[2].split(","):
    try:
        _gc_tracking_resources(
            backend_store=store, run_ids=[run_id], experiment_ids=None, logged_model_ids=None,
            older_than=f"{seconds}s", time_delta=1000 * seconds, skip_experiments=True, skip_logged_models=True,
        )
    except MlflowException as error:
        refused[run_id] = error.message
print(json.dumps(refused))
"""


class MlflowGc:
    """Removes runs from the database at `database`, and their artifacts through the server at `tracking_url`.

    Only runs that MLflow itself deleted longer than `retention` ago: the record in the run's tags may be older.
    """

    def __init__(self, database: str, tracking_url: str, retention: timedelta) -> None:
        self._environment = {"MLFLOW_BACKEND_STORE_URI": database, "MLFLOW_TRACKING_URI": tracking_url}
        self._retention_seconds = int(retention.total_seconds())

    def remove(self, run_ids: Sequence[str]) -> Mapping[str, str]:
        """Removes runs, and returns those that MLflow refused with its reasons; raises `NotRemoved`."""
        command = [sys.executable, "-c", _CODE, str(self._retention_seconds), ",".join(run_ids)]
        try:
            done = subprocess.run(
                command, env=os.environ | self._environment, capture_output=True, timeout=_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise NotRemovedInTime(round(_SECONDS)) from error
        if done.returncode != 0:
            raise NotRemoved(Text(_last_line(done.stderr)[:_LONGEST_OUTPUT]))
        try:
            return _REFUSED.validate_json(_last_line(done.stdout))
        except ValidationError as error:
            raise NotRemoved(Text(_last_line(done.stdout)[:_LONGEST_OUTPUT])) from error


def _last_line(output: bytes) -> str:
    return " ".join(output.decode("utf-8", "replace").strip().splitlines()[-1:])
