"""Writes files of runs through the tracking server."""

import os
from typing import BinaryIO, Final
from urllib.parse import quote, urlsplit

from pydantic import BaseModel

from domain.addresses import hiding_credentials
from domain.errors.records import FilesElsewhere
from mlflow_api.client import MlflowApi
from mlflow_api.schemas import OneRun, validated

_OWN_STORE: Final = "mlflow-artifacts"
_SECONDS: Final = 30.0
_BYTES_A_SECOND: Final = 2**20
"""The slowest upload speed that the timeout allows for."""


class _Info(BaseModel):
    artifact_uri: str = ""


class _Run(BaseModel):
    info: _Info


class RunFiles:
    """Writes into the artifact store that the tracking server serves; Clew has no credentials of buckets."""

    def __init__(self, mlflow: MlflowApi) -> None:
        self._mlflow = mlflow

    def write(self, run_id: str, path: str, content: bytes | BinaryIO) -> None:
        """Writes one file, replacing an existing one; raises FilesElsewhere, NotFound or a ServiceError.

        An open file is streamed from its beginning, and never held in memory as a whole.
        """
        place = artifact_root(self._mlflow, run_id)
        root = urlsplit(place)
        if root.scheme != _OWN_STORE:
            raise FilesElsewhere(run_id, hiding_credentials(place))
        size = len(content) if isinstance(content, bytes) else content.seek(0, os.SEEK_END)
        if not isinstance(content, bytes):
            content.seek(0)
        service = self._mlflow.service
        answered = service.exchange(
            "PUT",
            f"/api/2.0/mlflow-artifacts/artifacts/{quote(root.path.strip('/'))}/{quote(path)}",
            headers={"Content-Type": "application/octet-stream"},
            # An empty open file would be sent without a length, which MLflow does not accept.
            body=content if size else b"",
            deadline_seconds=_SECONDS + size / _BYTES_A_SECOND,
            writes=True,
            is_file=True,
        )
        service.decode(answered)


def artifact_root(mlflow: MlflowApi, run_id: str) -> str:
    """Returns where a run stores its files, as MLflow writes it; raises NotFound or a ServiceError."""
    answer = validated(OneRun, mlflow.get_api("runs/get", {"run_id": run_id}))
    return validated(_Run, answer.run).info.artifact_uri
