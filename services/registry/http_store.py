"""Client of the team's model server by its REST contract: the server owns the models and which of them is active."""

import logging
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from domain.errors import BadResponse, ClewError, Conflict, NotFound, ServiceUnavailable
from domain.errors.answers import AnotherActivated, AnotherAnswered, NotAModelList
from domain.errors.misfits import misfit_of
from domain.errors.models.changes import DeletedMeanwhile, ModelIsActive
from domain.errors.models.records import (
    FileNotShown,
    ModelNotFound,
    NoSignaturesThere,
    NothingToRestore,
    OwnSuccessRates,
    RegisteredModelUnknown,
)
from domain.errors.names import MODEL_SERVER
from domain.inference.policies import PolicyGraph
from domain.registry.measurements import AnyMeasurement
from domain.registry.models import Activation, Model, ModelList, in_order
from domain.tracking.runs import BadRow
from services.registry.model_server_answers import (
    ACTIVE,
    MODELS,
    Named,
    bad_row,
    model_in,
    overrules_deletion,
    path_of,
    success_rate_in,
)
from services.registry.model_store import ModelStore
from services.registry.version_files.policy_cache import PolicyFile
from transport.http_client import JsonService

_SECONDS = 10.0
# Before it answers, the server may load the model that it activates.
_ACTIVATION_SECONDS = 30.0
log = logging.getLogger(__name__)


class HttpModelStore:
    """A model server that implements the contract; reads are retried once, writes never."""

    name = MODEL_SERVER
    keeps_history = False

    def __init__(
        self, service: JsonService, seconds: float = _SECONDS, activation_seconds: float = _ACTIVATION_SECONDS
    ) -> None:
        self._service = service
        self._seconds = seconds
        self._activation_seconds = activation_seconds

    def of(self, name: str | None) -> ModelStore:
        """Implements `ModelStore.of`: the server has a single list of models without names."""
        if name is not None:
            raise RegisteredModelUnknown(repr(name[:40]))
        return self

    def all(self) -> ModelList:
        """Implements `ModelStore.all`."""
        active_id = self._active_id(self._active())
        answer = self._read(MODELS)
        if not isinstance(answer, list):
            raise BadResponse(self.name, "body", NotAModelList())
        models: list[Model] = []
        bad: list[BadRow] = []
        for index, raw in enumerate(answer):
            try:
                models.append(model_in(raw, active_id))
            except ValidationError as error:
                bad.append(bad_row(index, raw, error))
        return ModelList(models=in_order(models), bad_rows=bad)

    def get(self, model_id: str) -> Model:
        """Implements `ModelStore.get`."""
        return self._get(model_id, self._active_id(self._active()))

    def policy(self, model_id: str) -> PolicyGraph:
        """Implements `ModelStore.policy`."""
        raise FileNotShown

    def policy_file(self, model_id: str) -> PolicyFile:
        """Implements `ModelStore.policy_file`."""
        raise FileNotShown

    def active(self) -> Model | None:
        """Implements `ModelStore.active`."""
        raw = self._active()
        return None if raw is None else self._checked(raw, self._active_id(raw))

    def active_of_same_name(self, model_id: str) -> Model | None:
        """Implements `ModelStore.active_of_same_name`."""
        return self.active()

    def activate(self, model_id: str, *, by: str | None = None, reason: str | None = None) -> Activation:
        """Implements `ModelStore.activate`.

        The server makes its own checks, and the text of its refusal is passed on.
        """
        former = self._active()
        former_id = self._active_id(former)
        target = self._get(model_id, former_id)
        raw = self._post_active(model_id)
        answered = self._active_id(raw)
        if answered != target.id:
            raise BadResponse(self.name, "id", AnotherActivated(repr(answered), repr(target.id)))
        return Activation(
            at=datetime.now(UTC),
            by=by,
            model_id=target.id,
            former_id=former_id,
            reason=(reason or "")[:500] or None,
            success_rate=target.success_rate,
            former_success_rate=success_rate_in(former),
            overrules_deletion=overrules_deletion(raw) or self._is_deleted(target.id),
        )

    def delete(self, model_id: str) -> None:
        """Implements `ModelStore.delete`; the server protects an active model with status 409."""
        try:
            self._service.call("DELETE", path_of(model_id), deadline_seconds=self._seconds, writes=True)
        except Conflict as error:
            raise ModelIsActive(model_id) from error
        except NotFound as error:
            raise ModelNotFound(repr(model_id[:40])) from error

    def restore(self, model_id: str) -> Model:
        """Implements `ModelStore.restore`."""
        raise NothingToRestore

    def record(self, model_id: str, measurement: AnyMeasurement) -> None:
        """Implements `ModelStore.record`."""
        raise OwnSuccessRates

    def sign(self, model_id: str, signature: str) -> None:
        """Implements `ModelStore.sign`."""
        raise NoSignaturesThere

    def history(self) -> list[Activation]:
        """Implements `ModelStore.history`."""
        return []

    def _read(self, path: str) -> Any:
        try:
            return self._service.call("GET", path, deadline_seconds=self._seconds)
        except ServiceUnavailable:
            return self._service.call("GET", path, deadline_seconds=self._seconds)

    def _get(self, model_id: str, active_id: str | None) -> Model:
        try:
            raw = self._read(path_of(model_id))
        except NotFound as error:
            raise ModelNotFound(repr(model_id[:40])) from error
        model = self._checked(raw, active_id)
        if model.id != model_id:
            raise BadResponse(self.name, "id", AnotherAnswered(repr(model.id), repr(model_id)))
        return model

    def _post_active(self, model_id: str) -> Any:
        """Activates a model; if it was there a moment ago and is not found now, it was deleted meanwhile."""
        try:
            return self._service.call(
                "POST",
                ACTIVE,
                body={"model_id": model_id},
                deadline_seconds=self._activation_seconds,
                writes=True,
            )
        except NotFound as error:
            if self._is_deleted(model_id):
                raise DeletedMeanwhile(model_id) from error
            raise

    def _is_deleted(self, model_id: str) -> bool:
        """Returns whether the server reports that the model no longer exists; false if it does not answer."""
        try:
            self._read(path_of(model_id))
        except NotFound:
            return True
        except ClewError as error:
            log.warning("It is unknown whether a model was deleted", extra={"cause": str(error)})
        return False

    def _active(self) -> Any:
        """Returns the server's answer about the active model, unparsed; None before the first activation."""
        try:
            return self._read(ACTIVE)
        except NotFound:
            return None

    def _active_id(self, raw: Any) -> str | None:
        """Reads only the id: other invalid fields of the active model must not hide other models or prevent its
        replacement.
        """
        try:
            return None if raw is None else Named.model_validate(raw).id
        except ValidationError as error:
            raise BadResponse(self.name, *misfit_of(error)) from error

    def _checked(self, raw: object, active: str | None) -> Model:
        try:
            return model_in(raw, active)
        except ValidationError as error:
            raise BadResponse(self.name, *misfit_of(error)) from error
