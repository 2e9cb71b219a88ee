"""Reads the EnvSpec and the statistics of a version from files, where its tags and its run's have none.

Files of the version's folder take precedence over those of its run. A pickle is never opened, only named.
"""

import logging
import re
from collections.abc import Callable
from contextlib import closing
from functools import cached_property
from typing import Final, NamedTuple

from concurrency.single_flight import SingleFlight, has_ended
from domain.environments.source import LONGEST_SPEC, EnvironmentSource, id_in
from domain.errors import BadResponse, NotFound, ServiceError
from domain.errors.answers import TooLong
from domain.errors.connections import AnsweredStatus
from domain.errors.environments.documents import (
    EnvironmentFileNotText,
    EnvironmentFilesOutOfReach,
    EnvironmentFileTooLong,
    EnvironmentFileUnreadable,
    StatisticsPickled,
)
from domain.errors.environments.failures import EnvironmentRefused
from domain.errors.services import AnswerTooSlow
from domain.inference.policies import contract_for
from domain.message_data import MessageData
from domain.messages import Message
from domain.registry.models import Model
from environments.spec_reading import named_in
from mlflow_api.artifacts.files import MlflowArtifacts
from mlflow_api.registry.registry import MlflowRegistry
from mlflow_api.registry.versions import Version
from mlflow_api.schemas import SERVICE
from services.registry.version_files.fetching import PASSING

log = logging.getLogger(__name__)

SPEC_FILE: Final = "env_spec.json"
STATISTICS_FILE: Final = "normalization.json"
MAX_STATISTICS_BYTES: Final = 2**21
"""Some 50,000 numbers: those of a stack of four pictures of 84 by 84."""
KEPT_SECONDS: Final = 60.0
FAILED_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 8.0
"""Less than the time that an engine waits for a model's data; the reading continues."""
_PICKLES: Final = ("vecnormalize.pkl", "vec_normalize.pkl")
"""Names of VecNormalize.save's file in RL Zoo and in Stable-Baselines3's documentation."""
_REFUSAL_BYTES: Final = 2**13
"""Enough for the error that a file is missing; of an existing file no more is read."""
_PICKLE: Final = re.compile(r"vec_?normalize.*\.pkl$", re.IGNORECASE)
# Raises EnvironmentRefused for an invalid text.
_Check = Callable[[str], object]


class Documents(NamedTuple):
    """The texts, None where there is no such file, and why one that exists cannot be used."""

    env_spec: str | None = None
    normalization: str | None = None
    trouble: Message | None = None

    def added_to(self, model: Model) -> Model:
        """Returns the model, completed by these documents where its tags have none."""
        return model.model_copy(
            update={
                "env_id": model.env_id or id_in(self.env_spec or "") or None,
                "env_spec": model.env_spec or self.env_spec,
                "normalization": model.normalization or self.normalization,
                "environment_trouble": None if self.trouble is None else MessageData.of(self.trouble),
            }
        )


class VersionDocuments:
    """Reads the documents of one registered model's versions, each at most once a minute."""

    def __init__(self, registry: MlflowRegistry, artifacts: MlflowArtifacts) -> None:
        self._registry = registry
        self._artifacts = artifacts
        self._readings: SingleFlight[Documents] = SingleFlight(
            "version-documents",
            keep_seconds=lambda error: KEPT_SECONDS if error is None else FAILED_SECONDS,
        )

    def complete(self, version: Version, model: Model) -> Model:
        """Returns the completed model; its `environment_trouble` is why a document cannot be used."""
        if _has_all_documents(model):
            return model
        reading = self._readings.join(*self._reading(version, model))
        try:
            if not has_ended(reading, PATIENCE_SECONDS):
                raise AnswerTooSlow(SERVICE)
            return reading.result().added_to(model)
        except ServiceError as error:
            if not model.env_id and not model.env_spec:
                return model  # as far as known, it names no environment at all
            return Documents(trouble=EnvironmentFilesOutOfReach(error)).added_to(model)

    def completed_from_files(self, version: Version, model: Model) -> Model:
        """Completes as `complete` does, with the files as they are now; raises a `ServiceError` where they cannot be
        read.
        """
        if _has_all_documents(model):
            return model
        return self._readings.fresh(*self._reading(version, model)).result().added_to(model)

    def _reading(self, version: Version, model: Model) -> tuple[object, Callable[[], Documents]]:
        key = (version.version, version.source, bool(model.env_spec), bool(model.normalization))
        return key, lambda: _Reading(self._registry, self._artifacts, version).documents(model)


def _has_all_documents(model: Model) -> bool:
    """Returns whether no document is needed: the maze is identified by its id."""
    return contract_for(model.env_id) is not None or bool(model.env_spec and model.normalization)


class _NotFollowed(Exception):
    """A file exists, but cannot be used."""

    def __init__(self, trouble: Message) -> None:
        self.trouble = trouble


class _Reading:
    """One reading of a version's files."""

    def __init__(self, registry: MlflowRegistry, artifacts: MlflowArtifacts, version: Version) -> None:
        self._registry = registry
        self._artifacts = artifacts
        self._version = version

    def documents(self, model: Model) -> Documents:
        """Returns both documents, unless the model has a tag for them."""
        try:
            spec = None if model.env_spec else self._read(SPEC_FILE, LONGEST_SPEC, _check_spec)
            return Documents(spec, None if model.normalization else self._statistics())
        except _NotFollowed as error:
            return Documents(trouble=error.trouble)

    def _statistics(self) -> str | None:
        found = self._read(STATISTICS_FILE, MAX_STATISTICS_BYTES, _check_statistics)
        if found is None and (pickle := self._pickle()) is not None:
            raise _NotFollowed(StatisticsPickled(pickle))
        return found

    def _read(self, name: str, most_bytes: int, check: _Check) -> str | None:
        try:
            content = self._of_version(name, most_bytes)
            if content is None and name in self._run_files:
                content = self._of_run(name, most_bytes)
            if content is None:
                return None
            check(text := content.decode())
        except BadResponse as error:
            if isinstance(error.misfit, TooLong):
                raise _NotFollowed(EnvironmentFileUnreadable(name, EnvironmentFileTooLong(most_bytes >> 10))) from error
            raise
        except UnicodeDecodeError as error:
            raise _NotFollowed(EnvironmentFileUnreadable(name, EnvironmentFileNotText())) from error
        except EnvironmentRefused as error:
            raise _NotFollowed(EnvironmentFileUnreadable(name, error.reason)) from error
        return text

    def _of_version(self, name: str, most_bytes: int) -> bytes | None:
        try:
            return self._registry.file(self._version.version, name, most_bytes).content
        except NotFound:
            return None
        except AnsweredStatus as error:
            if error.http_status in PASSING:
                raise
            # Some stores answer this way where there is no such file; if the store is down, fetching the policy will
            # show it.
            log.info("a version's folder does not say what is in it", extra={"file": name, "cause": str(error)})
            return None

    def _of_run(self, name: str, most_bytes: int) -> bytes:
        content = b""
        with closing(self._artifacts.open(self._version.run_id, name)) as file:
            for piece in file.pieces():
                content += piece
                if len(content) > most_bytes:
                    raise BadResponse(SERVICE, name, TooLong(most_bytes >> 20))
        return content

    @cached_property
    def _run_files(self) -> list[str]:
        """The files in the run's root folder; empty where the run was deleted."""
        if not self._version.run_id:
            return []
        try:
            return [entry.path for entry in self._artifacts.list_folder(self._version.run_id, "")]
        except NotFound:
            return []

    def _pickle(self) -> str | None:
        """Returns the name of a file that VecNormalize saved; it is not fetched."""
        return next(filter(_PICKLE.search, self._run_files), None) or next(filter(self._is_there, _PICKLES), None)

    def _is_there(self, name: str) -> bool:
        try:
            return self._of_version(name, _REFUSAL_BYTES) is not None
        except BadResponse as error:
            return isinstance(error.misfit, TooLong)


def _check_spec(text: str) -> None:
    named_in(EnvironmentSource(env_spec=text))


def _check_statistics(text: str) -> None:
    EnvironmentSource.named(None, None, text)
