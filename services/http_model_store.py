"""The team's model server over its REST contract: it owns the models and which of them is active."""

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ValidationError

from domain.errors import BadResponse, Conflict, ModelIsActive, NotFound, ServiceUnavailable
from domain.models import Activation, Model, ModelList, ModelState, in_order
from domain.policies import PolicyGraph
from domain.runs import BadRow
from services.http import JsonService

_SECONDS = 10.0
# Before it answers, the server may load the model that it is to serve.
_ACTIVATION_SECONDS = 30.0
_PATH = "/api/models"


class _Answered(BaseModel):
    """What an activation answers."""

    id: Annotated[str, BeforeValidator(str)]
    message: str = ""


class HttpModelStore:
    """A server that speaks the contract; reads are tried once more, writes never."""

    name = "Model server"
    keeps_history = False

    def __init__(self, service: JsonService) -> None:
        self._service = service

    def all(self) -> ModelList:
        """As `ModelStore.all`."""
        active = self.active()
        answer = self._read(_PATH)
        if not isinstance(answer, list):
            raise BadResponse(self.name, "body", "is not a list of models")
        models: list[Model] = []
        bad: list[BadRow] = []
        for index, raw in enumerate(answer):
            try:
                models.append(_model(raw, active.id if active else None))
            except ValidationError as error:
                bad.append(_bad_row(index, raw, error))
        return ModelList(models=in_order(models), bad_rows=bad)

    def get(self, model_id: str) -> Model:
        """As `ModelStore.get`."""
        active = self.active()
        try:
            raw = self._read(_path_of(model_id))
        except NotFound as error:
            raise NotFound(f"There is no model {model_id[:40]!r}.") from error
        return self._checked(raw, active.id if active else None)

    def policy(self, model_id: str) -> PolicyGraph:
        """As `ModelStore.policy`."""
        raise Conflict("The model server keeps the file to itself.")

    def active(self) -> Model | None:
        """As `ModelStore.active`."""
        try:
            raw = self._read(f"{_PATH}/active")
        except NotFound:
            return None
        found = self._checked(raw, None)
        return found.model_copy(update={"state": ModelState.ACTIVE})

    def activate(self, model_id: str, *, by: str | None = None, reason: str | None = None) -> Activation:
        """As `ModelStore.activate`; the server checks what it can check, and its refusal is passed on word for word."""
        former = self.active()
        target = self.get(model_id)
        raw = self._service.call(
            "POST",
            f"{_PATH}/active",
            body={"model_id": model_id},
            deadline_seconds=_ACTIVATION_SECONDS,
            writes=True,
        )
        try:
            answered = _Answered.model_validate(raw)
        except ValidationError as error:
            raise BadResponse(self.name, "activation", error.errors()[0]["msg"]) from error
        if answered.id != target.id:
            raise BadResponse(self.name, "id", f"{answered.id!r} was activated, not {target.id!r}")
        return Activation(
            at=datetime.now(UTC),
            by=by,
            model_id=target.id,
            former_id=None if former is None else former.id,
            reason=reason,
            success_rate=target.success_rate,
            former_success_rate=None if former is None else former.success_rate,
        )

    def delete(self, model_id: str) -> None:
        """As `ModelStore.delete`; the server's own 409 is what keeps an active model."""
        try:
            self._service.call("DELETE", _path_of(model_id), deadline_seconds=_SECONDS, writes=True)
        except Conflict as error:
            raise ModelIsActive(model_id) from error
        except NotFound as error:
            raise NotFound(f"There is no model {model_id[:40]!r}.") from error

    def restore(self, model_id: str) -> Model:
        """As `ModelStore.restore`."""
        raise Conflict("The model server keeps no deleted models, so none can be brought back.")

    def history(self) -> list[Activation]:
        """As `ModelStore.history`."""
        return []

    def _read(self, path: str) -> Any:
        try:
            return self._service.call("GET", path, deadline_seconds=_SECONDS)
        except ServiceUnavailable:
            return self._service.call("GET", path, deadline_seconds=_SECONDS)

    def _checked(self, raw: object, active: str | None) -> Model:
        try:
            return _model(raw, active)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"])) or "body"
            raise BadResponse(self.name, field, first["msg"]) from error


def _path_of(model_id: str) -> str:
    # A lone dot or two would walk up the path, encoded or not.
    if model_id in (".", "..") or not model_id:
        raise NotFound(f"There is no model {model_id!r}.")
    return f"{_PATH}/{quote(model_id, safe='')}"


def _model(raw: object, active: str | None) -> Model:
    known = {key: value for key, value in raw.items() if key != "state"} if isinstance(raw, dict) else raw
    model = Model.model_validate(known)
    return model.model_copy(update={"state": ModelState.ACTIVE}) if model.id == active else model


def _bad_row(index: int, raw: object, error: ValidationError) -> BadRow:
    name = str(raw.get("id", index)) if isinstance(raw, dict) else str(index)
    first = error.errors()[0]
    return BadRow(row=name[:64], field=".".join(map(str, first["loc"])) or "body", cause=first["msg"])
