"""The ONNX files of the registered model's versions: found, fetched through the tracking server, checked."""

import threading

import yaml
from cachetools import LRUCache
from pydantic import BaseModel, ValidationError

from domain.errors import NotFound, PolicyRefused
from domain.policies import MOST_BYTES, PolicyGraph
from services.mlflow_registry import MlflowRegistry, Version
from services.policy_check import check_policy

_MLMODEL = "MLmodel"
_MLMODEL_BYTES = 2**20


class _OnnxFlavor(BaseModel):
    data: str


class _Flavors(BaseModel):
    onnx: _OnnxFlavor | None = None


class _MlModel(BaseModel):
    flavors: dict[str, object] = {}


class PolicyFiles:
    """The policies of one registered model. What passed is remembered: a version's files never change."""

    def __init__(self, registry: MlflowRegistry) -> None:
        self._registry = registry
        self._passed: LRUCache[tuple[object, ...], PolicyGraph] = LRUCache(200)
        self._lock = threading.Lock()

    def check(self, version: Version, env_id: str | None) -> PolicyGraph:
        """The version's graph, once it has passed; raises `PolicyRefused` with the reason, or a `ServiceError`."""
        # A version's number is given again only with a new registered model, at another moment; but anybody may set the
        # tag that says which of its files is the policy.
        key = (version.version, version.creation_timestamp, version.tags.get("onnx_file"), env_id)
        with self._lock:
            known = self._passed.get(key)
        if known is None:
            known = check_policy(self._content(version), env_id)
            with self._lock:
                self._passed[key] = known
        return known

    def _content(self, version: Version) -> bytes:
        path = version.tags.get("onnx_file") or self._of_mlmodel(version)
        try:
            return self._registry.file(version.version, path, MOST_BYTES)
        except NotFound as error:
            raise PolicyRefused(f"Its file {path} is not there.") from error

    def _of_mlmodel(self, version: Version) -> str:
        """The file that MLflow's own description of the model names."""
        try:
            text = self._registry.file(version.version, _MLMODEL, _MLMODEL_BYTES)
            flavors = _MlModel.model_validate(yaml.safe_load(text)).flavors
            onnx = _Flavors.model_validate({"onnx": flavors.get("onnx")}).onnx
        except NotFound as error:
            raise PolicyRefused("It has no tag onnx_file and no MLmodel file: it is no ONNX model.") from error
        except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
            raise PolicyRefused("Its MLmodel file makes no sense.") from error
        if onnx is None:
            raise PolicyRefused(f"It is no ONNX model but one of {', '.join(sorted(flavors)) or 'no known kind'}.")
        return onnx.data
