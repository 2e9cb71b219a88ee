"""Registers models with an MLflow as the trainer does, over its REST API alone."""

from collections.abc import Mapping
from pathlib import Path

import requests

from domain.registry.models import MODEL_TAG
from tests.tracking import Tracking

POLICY = next((Path(__file__).parents[1] / "training" / "sample_data" / "models").glob("*/*/policy.onnx"))
ENVIRONMENT = "ClewMaze-10x10-v0"


class Registry:
    """Writes to the registered model `name` of the MLflow that `tracking` writes to."""

    def __init__(self, tracking: Tracking, name: str) -> None:
        self.tracking = tracking
        self.name = name
        self.experiment_id = tracking.experiment()
        tracking.post("registered-models/create", {"name": name})

    def version(
        self,
        policy: bytes | None = None,
        *,
        mlmodel: bytes | None = None,
        other_files: Mapping[str, bytes] | None = None,
        of_run: str | None = None,
        **tags: str,
    ) -> str:
        """Registers a new version whose file is `policy`, one of the sample data's by default; returns its number.

        `mlmodel` is MLflow's own description of it, if there is to be one; `other_files` are other files by their names,
        `of_run` is the run that made it, else a new one.
        """
        run_id = of_run or self.tracking.run(self.experiment_id)
        files = f"{self.experiment_id}/{run_id}/artifacts/model"
        contents = {"policy.onnx": POLICY.read_bytes() if policy is None else policy}
        if mlmodel is not None:
            contents["MLmodel"] = mlmodel
        for file, content in (contents | dict(other_files or {})).items():
            self.put(f"{files}/{file}", content)
        tags = {"env_id": ENVIRONMENT, "onnx_file": "policy.onnx"} | tags
        body = {
            "name": self.name,
            "source": f"mlflow-artifacts:/{files}",
            "run_id": run_id,
            "tags": [{"key": key, "value": value} for key, value in tags.items()],
        }
        return str(self.tracking.post("model-versions/create", body)["model_version"]["version"])

    def mark(self, value: str = "true") -> None:
        """Tags it as one of the team's; "false" undoes that: the server is shared with other tests."""
        self.tracking.post("registered-models/set-tag", {"name": self.name, "key": MODEL_TAG, "value": value})

    def elsewhere(self, source: str) -> str:
        """Registers a new version without a run, whose files are at `source`; returns its number."""
        body = {"name": self.name, "source": source, "tags": [{"key": "env_id", "value": ENVIRONMENT}]}
        return str(self.tracking.post("model-versions/create", body)["model_version"]["version"])

    def put(self, path: str, content: bytes | None) -> None:
        """Puts a file into the artifact store, replacing the present one; None removes it."""
        address = f"{self.tracking.address}/api/2.0/mlflow-artifacts/artifacts/{path}"
        done = requests.put(address, data=content, timeout=60) if content is not None else requests.delete(address)
        done.raise_for_status()
