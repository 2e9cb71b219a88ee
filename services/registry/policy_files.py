"""The ONNX files of the registered model's versions: found, fetched through the tracking server, checked."""

import hashlib
import logging
import threading
from importlib.metadata import version as installed
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from domain.errors import NotFound, PolicyRefused
from domain.errors.names import PolicyCheckProcess
from domain.errors.policy_files import (
    FileMissing,
    MlmodelTooLong,
    MlmodelUnreadable,
    NoKnownKind,
    NotOnnxModel,
    OtherFlavors,
)
from domain.errors.services import BusyChecking
from domain.inference.policies import MOST_BYTES, PolicyGraph, contract_for
from mlflow_api.registry import MlflowRegistry, Version
from policies.policy_check import WALL_SECONDS, check_policy
from services.registry.plain_yaml import MOST_BYTES as MOST_YAML_BYTES
from services.registry.plain_yaml import NotPlain, plain_yaml
from services.sharing.host_lock import host_lock
from services.sharing.shared_file import SharedFile

log = logging.getLogger(__name__)
_MLMODEL = "MLmodel"
_MLMODEL_BYTES = 2**20  # fetched at most; what is read is far less
_MOST_AT_ONCE = 2
_GRAPH = TypeAdapter(PolicyGraph)


class _OnnxFlavor(BaseModel):
    data: str


class _Flavors(BaseModel):
    onnx: _OnnxFlavor | None = None


class _MlModel(BaseModel):
    flavors: dict[str, object] = {}


class PolicyFiles:
    """The policies of one registered model. What passed is remembered in `folder`, by its content, for all workers.

    The file is fetched each time: anybody may set the tag that names it, and whoever can write to the artifact store
    can put another one in its place.
    """

    def __init__(self, registry: MlflowRegistry, folder: Path) -> None:
        self._registry = registry
        self._folder = folder
        # Each may take 2 GiB for ten seconds, and a page can ask for as many as it has models.
        self._free = threading.BoundedSemaphore(_MOST_AT_ONCE)

    def check(self, version: Version, env_id: str | None) -> PolicyGraph:
        """The version's graph, once it has passed; raises `PolicyRefused` with the reason, or a `ServiceError`."""
        return self._remembered(self.content(version), env_id)

    def content(self, version: Version) -> bytes:
        """The version's ONNX file as it is now; raises `PolicyRefused` where there is none, or a `ServiceError`."""
        path = version.tags.get("onnx_file") or self._of_mlmodel(version)
        try:
            return self._registry.file(version.version, path, MOST_BYTES)
        except NotFound as error:
            raise PolicyRefused(FileMissing(path)) from error

    def _remembered(self, content: bytes, env_id: str | None) -> PolicyGraph:
        """As `_checked`, or what that said before; where `folder` takes nothing, the next one checks again."""
        path = self._folder / _mark(content, env_id)
        passed = SharedFile(path.with_suffix(".json"), _GRAPH)
        if (known := passed.read()) is not None:
            return known
        # Somebody else's check of the same file is waited for: it will have the answer.
        with host_lock(path.with_suffix(".lock"), WALL_SECONDS):
            if (known := passed.read()) is not None:
                return known
            graph = self._checked(content, env_id)
            try:
                passed.write(graph)
            except OSError as error:
                log.warning("a check is not remembered", extra={"cause": str(error)})
        return graph

    def _checked(self, content: bytes, env_id: str | None) -> PolicyGraph:
        if not self._free.acquire(timeout=2 * WALL_SECONDS):
            raise BusyChecking(PolicyCheckProcess())
        try:
            return check_policy(content, env_id)
        finally:
            self._free.release()

    def _of_mlmodel(self, version: Version) -> str:
        """The file that MLflow's own description of the model names."""
        try:
            content = self._registry.file(version.version, _MLMODEL, _MLMODEL_BYTES)
            if len(content) > MOST_YAML_BYTES:
                raise PolicyRefused(MlmodelTooLong(MOST_YAML_BYTES >> 10))
            flavors = _MlModel.model_validate(plain_yaml(content)).flavors
            onnx = _Flavors.model_validate({"onnx": flavors.get("onnx")}).onnx
        except NotFound as error:
            raise PolicyRefused(NotOnnxModel()) from error
        except (NotPlain, ValidationError) as error:
            raise PolicyRefused(MlmodelUnreadable()) from error
        if onnx is None:
            raise PolicyRefused(OtherFlavors(sorted(flavors) or [NoKnownKind()]))
        return onnx.data


def _mark(content: bytes, env_id: str | None) -> str:
    """Names a check: the file, what its environment wants, and the library that ran it."""
    contract = contract_for(env_id)
    asked = f"{env_id} {contract and contract.model_dump_json()} {installed('onnxruntime')}"
    return hashlib.sha256(hashlib.sha256(content).digest() + asked.encode()).hexdigest()
