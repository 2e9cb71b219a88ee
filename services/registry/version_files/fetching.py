"""Fetches a version's policy through MLflow as one file: found by tag or MLmodel, with its external data included."""

import hashlib
import posixpath
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.addresses import hiding_credentials
from domain.errors import BadResponse, NotFound, PolicyRefused, ServiceError
from domain.errors.answers import TooLong
from domain.errors.connections import AnsweredStatus
from domain.errors.policy_checks.files import DataMissing, FileGoneWithRun, FileLarger, FilesLarger, SourceUnreadable
from domain.errors.policy_files import (
    FileMissing,
    MlmodelTooLong,
    MlmodelUnreadable,
    NoKnownKind,
    NotOnnxModel,
    OtherFlavors,
)
from domain.inference.policies import MAX_BYTES
from domain.messages import Message
from mlflow_api.registry.registry import MlflowRegistry
from mlflow_api.registry.versions import Version
from mlflow_api.schemas import SERVICE
from policies.external_data import inlined, locations_in
from services.registry.version_files.plain_yaml import MAX_BYTES as MAX_YAML_BYTES
from services.registry.version_files.plain_yaml import NotPlain, plain_yaml

FILE_TAG: Final = "onnx_file"
_MLMODEL: Final = "MLmodel"
_MLMODEL_BYTES: Final = 2**20  # the limit of the download; the limit of parsing is much lower
_LONGEST_SOURCE: Final = 200
PASSING: Final = (429, 502, 503, 504)
"""Statuses of a proxy whose service is starting, or of an overloaded service: they usually pass soon."""
# Builds the message for a missing file at a path.
_Missing = Callable[[str], Message]


class Part(BaseModel):
    """One file that a policy was made of, with its checksum and entity tag for comparison."""

    model_config = ConfigDict(frozen=True)

    path: str
    sha256: str
    etag: str | None = None


class FetchedPolicy(NamedTuple):
    """A policy as one file, and its parts."""

    content: bytes
    parts: tuple[Part, ...]


class VersionFetcher:
    """Fetches the policies of one registered model's versions.

    Raises `PolicyRefused` if there is none, it is too large or in the wrong place, and a `ServiceError` where MLflow
    fails.
    """

    def __init__(self, registry: MlflowRegistry) -> None:
        self._registry = registry

    def fetch(self, version: Version, former: Sequence[Part] = ()) -> FetchedPolicy | None:
        """Returns the version's present policy; None where its parts are the `former` ones."""
        one = _Fetch(self._registry, version)
        return None if former and one.is_same(former) else one.whole()


class _OnnxFlavor(BaseModel):
    data: str


class _Flavors(BaseModel):
    onnx: _OnnxFlavor | None = None


class _MlModel(BaseModel):
    flavors: dict[str, object] = {}


class _Fetch:
    """One fetch, which requests no part twice."""

    def __init__(self, registry: MlflowRegistry, version: Version) -> None:
        self._registry = registry
        self._version = version
        self._downloaded: dict[str, tuple[bytes, Part]] = {}
        self._parts: list[Part] = []

    def is_same(self, former: Sequence[Part]) -> bool:
        """Compares each part with MLflow; a missing part counts as changed."""
        try:
            return all(self._is_unchanged(part) for part in former)
        except NotFound:
            return False

    def whole(self) -> FetchedPolicy:
        """Returns all parts as one file."""
        path = self._version.tags.get(FILE_TAG) or self._path_in_mlmodel()
        model = self._file(path, MAX_BYTES, FileLarger(MAX_BYTES >> 20), self._missing)
        files: dict[str, bytes] = {}
        for name in locations_in(model):
            left = MAX_BYTES - len(model) - sum(map(len, files.values()))
            neighbour_path = posixpath.join(posixpath.dirname(path), name)
            files[name] = self._file(neighbour_path, max(0, left), FilesLarger(MAX_BYTES >> 20), DataMissing)
        return FetchedPolicy(inlined(model, files, MAX_BYTES) if files else model, tuple(self._parts))

    def _is_unchanged(self, former: Part) -> bool:
        download = self._download(former.path, MAX_BYTES, former.etag)
        return download is None or download.sha256 == former.sha256

    def _file(self, path: str, most_bytes: int, too_long: Message, missing: _Missing) -> bytes:
        try:
            content, part = self._downloaded.get(path) or self._download_part(path, most_bytes)
        except NotFound as error:
            raise PolicyRefused(missing(path)) from error
        except BadResponse as error:
            if isinstance(error.misfit, TooLong):
                raise PolicyRefused(too_long) from error
            raise
        if len(content) > most_bytes:
            raise PolicyRefused(too_long)
        self._parts.append(part)
        return content

    def _download_part(self, path: str, most_bytes: int) -> tuple[bytes, Part]:
        self._download(path, most_bytes, None)
        return self._downloaded[path]

    def _download(self, path: str, most_bytes: int, known_etag: str | None) -> Part | None:
        """Downloads a part and remembers it; None if its entity tag is unchanged."""
        try:
            content, etag = self._registry.file(self._version.version, path, most_bytes, known_etag)
        except AnsweredStatus as error:
            if error.http_status in PASSING:
                raise
            source = hiding_credentials(self._version.source)[:_LONGEST_SOURCE]
            raise SourceUnreadable(SERVICE, source, error) from error
        if content is None:
            return None
        part = Part(path=path, sha256=hashlib.sha256(content).hexdigest(), etag=etag)
        self._downloaded[path] = content, part
        return part

    def _missing(self, path: str) -> Message:
        run_id = self._version.run_id
        with suppress(ServiceError):  # the file is missing in any case
            if run_id and not self._registry.has_run(run_id):
                return FileGoneWithRun(path, run_id)
        return FileMissing(path)

    def _path_in_mlmodel(self) -> str:
        """Returns the file that the MLmodel file names."""
        too_long = MlmodelTooLong(MAX_YAML_BYTES >> 10)
        content = self._file(_MLMODEL, _MLMODEL_BYTES, too_long, self._no_mlmodel)
        if len(content) > MAX_YAML_BYTES:
            raise PolicyRefused(too_long)
        try:
            flavors = _MlModel.model_validate(plain_yaml(content)).flavors
            onnx = _Flavors.model_validate({"onnx": flavors.get("onnx")}).onnx
        except (NotPlain, ValidationError) as error:
            raise PolicyRefused(MlmodelUnreadable()) from error
        if onnx is None:
            raise PolicyRefused(OtherFlavors(sorted(flavors) or [NoKnownKind()]))
        return onnx.data

    def _no_mlmodel(self, path: str) -> Message:
        missing = self._missing(path)
        return missing if isinstance(missing, FileGoneWithRun) else NotOnnxModel()
