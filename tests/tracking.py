"""Logs runs to an MLflow as a training would, over its REST API."""

import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

SOME_POLICY = next((Path(__file__).parent.parent / "training" / "sample_data" / "models").rglob("*.onnx"))


class Tracking:
    """Writes to the MLflow at `address`."""

    def __init__(self, address: str) -> None:
        self.address = address

    def post(self, path: str, body: object) -> Any:
        answer = requests.post(f"{self.address}/api/2.0/mlflow/{path}", json=body, timeout=120)
        answer.raise_for_status()
        return answer.json()

    def experiment(self, name: str | None = None) -> str:
        """Creates an experiment; returns its id."""
        return str(self.post("experiments/create", {"name": name or f"test-{uuid.uuid4().hex[:12]}"})["experiment_id"])

    def run(
        self,
        experiment_id: str,
        *,
        name: str = "",
        params: Mapping[str, str] | None = None,
        metrics: Mapping[str, Sequence[float]] | None = None,
        tags: Mapping[str, str] | None = None,
        status: str = "FINISHED",
        started_ms: int | None = None,
    ) -> str:
        """Logs a new run whose metrics have one value a step from step 1 on; returns its id."""
        started = int(time.time() * 1000) if started_ms is None else started_ms
        body: dict[str, Any] = {"experiment_id": experiment_id, "start_time": started, "tags": _pairs(tags or {})}
        if name:
            body["run_name"] = name
        run_id = str(self.post("runs/create", body)["run"]["info"]["run_id"])
        points = [point for key, values in (metrics or {}).items() for point in _points(key, values)]
        self._log_batches(run_id, _pairs(params or {}), points)  # in one request where that is possible
        if status != "RUNNING":
            self.end(run_id, status, started + 1000)
        return run_id

    def model(
        self, name: str, *, tags: Mapping[str, str] | None = None, onnx: bytes = b"", experiment_id: str | None = None
    ) -> str:
        """Registers a new version of the model `name` with a policy file and a run of its own; returns its number."""
        answer = requests.post(
            f"{self.address}/api/2.0/mlflow/registered-models/create", json={"name": name}, timeout=120
        )
        assert answer.status_code == 200 or "ALREADY_EXISTS" in answer.text
        experiment = experiment_id or self.experiment()
        run_id = self.run(experiment, params={"algorithm": "PPO"})
        place = f"{experiment}/{run_id}/artifacts/model"
        artifact = f"{self.address}/api/2.0/mlflow-artifacts/artifacts/{place}/policy.onnx"
        requests.put(artifact, data=onnx or SOME_POLICY.read_bytes(), timeout=120).raise_for_status()
        body = {"name": name, "source": f"mlflow-artifacts:/{place}", "run_id": run_id}
        all_tags = {"env_id": "ClewMaze-10x10-v0", "onnx_file": "policy.onnx", **(tags or {})}
        made = self.post("model-versions/create", {**body, "tags": _pairs(all_tags)})
        return str(made["model_version"]["version"])

    def artifact(self, run_id: str, path: str, content: bytes) -> None:
        """Stores a file of a run, through the server."""
        root = requests.get(f"{self.address}/api/2.0/mlflow/runs/get", params={"run_id": run_id}, timeout=120).json()
        place = str(root["run"]["info"]["artifact_uri"]).removeprefix("mlflow-artifacts:/")
        address = f"{self.address}/api/2.0/mlflow-artifacts/artifacts/{place}/{quote(path)}"
        requests.put(address, data=content, timeout=120).raise_for_status()

    def log(self, run_id: str, key: str, values: Sequence[float], first_step: int = 1) -> None:
        """Logs `values` at consecutive steps."""
        self._log_batches(run_id, [], _points(key, values, first_step))

    def _log_batches(self, run_id: str, params: list[dict[str, str]], points: list[dict[str, Any]]) -> None:
        """Logs in MLflow's limits: at most 100 parameters and 1,000 metrics, parameters included, a request."""
        if 0 < len(params) <= 100 and len(params) + len(points) <= 1000:
            self.post("runs/log-batch", {"run_id": run_id, "params": params, "metrics": points})
            return
        for start in range(0, len(params), 100):
            self.post("runs/log-batch", {"run_id": run_id, "params": params[start : start + 100]})
        for start in range(0, len(points), 1000):
            self.post("runs/log-batch", {"run_id": run_id, "metrics": points[start : start + 1000]})

    def end(self, run_id: str, status: str = "FINISHED", ended_ms: int | None = None) -> None:
        """Ends a run."""
        moment = int(time.time() * 1000) if ended_ms is None else ended_ms
        self.post("runs/update", {"run_id": run_id, "status": status, "end_time": moment})

    def delete(self, run_id: str) -> None:
        """Deletes a run."""
        self.post("runs/delete", {"run_id": run_id})


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in values.items()]


def _points(key: str, values: Sequence[float], first_step: int = 1) -> list[dict[str, Any]]:
    now = int(time.time() * 1000)
    steps = enumerate(values, start=first_step)
    return [{"key": key, "value": _json_number(value), "timestamp": now, "step": step} for step, value in steps]


def _json_number(value: float) -> float | str:
    """Returns a number as Protobuf's JSON spells it, including those that JSON's numbers cannot."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return value
