"""Executes a request: asks for confirmation where needed, then makes the change or refuses it."""

import logging

from domain.errors import ClewError
from domain.errors.connections import OutcomeUnknown
from domain.errors.models.changes import AnotherIsActive, ModelNotKnownNow, NoneIsActive
from domain.errors.policy_checks.signatures import SignatureUnclear
from domain.inference.policies import contract_for
from domain.message_data import MessageData
from domain.registry.changes import (
    ChangeOutcome,
    ChangeRequest,
    ChangeResult,
    ChangeVerb,
    SignatureChoice,
    needs_confirmation,
)
from domain.registry.models import Activation, Model, ModelList
from services.registry.model_store import ModelStore
from services.registry.model_view import ModelSnapshots

log = logging.getLogger(__name__)
_CONFIRMED_VERBS = (ChangeVerb.ACTIVATE, ChangeVerb.TRY, ChangeVerb.DELETE)


class ModelChanger:
    """Changes the models of one store; `views` are read, with a short wait, to decide on confirmations."""

    def __init__(self, store: ModelStore, views: ModelSnapshots, patience_seconds: float) -> None:
        self._store = store
        self._views = views
        self._patience_seconds = patience_seconds

    def make(self, request: ChangeRequest, by: str | None) -> ChangeResult:
        """Executes the request in the name of `by`; every failure of a service and every refusal is a result."""
        try:
            return self._question(request) or self._done(request, by)
        except SignatureUnclear as error:
            choices = [SignatureChoice.model_validate(choice) for choice in error.choices]
            return ChangeResult(outcome=ChangeOutcome.ASKED, about=self._about(request), cause=error, choices=choices)
        except OutcomeUnknown as error:
            log.warning("whether a model was changed is not known", extra={"cause": str(error)})
            return ChangeResult(outcome=ChangeOutcome.NOT_KNOWN, cause=error)
        except ClewError as error:
            log.info("a model was not changed", extra={"cause": str(error)})
            return ChangeResult(outcome=ChangeOutcome.REFUSED, cause=error)

    def _question(self, request: ChangeRequest) -> ChangeResult | None:
        if request.is_confirmed or request.verb not in _CONFIRMED_VERBS:
            return None
        models = self._models_with(request.model_id)
        model = None if models is None else models.get(request.model_id)
        if models is None or model is None:
            raise ModelNotKnownNow(request.model_id[:40])
        if request.verb is ChangeVerb.DELETE:
            return ChangeResult(outcome=ChangeOutcome.ASKED, about=model)
        active = models.active_of(model.name)
        if needs_confirmation(model, active):
            return ChangeResult(outcome=ChangeOutcome.ASKED, about=model, instead_of=active)
        cause = self._why_not_tried(model)
        return None if cause is None else ChangeResult(outcome=ChangeOutcome.ASKED, about=model, cause=cause)

    def _why_not_tried(self, model: Model) -> MessageData | None:
        """Returns why the model's policy cannot be tried in its environment; None if it can, or if that is unknown."""
        if contract_for(model.env_id) is not None:
            return None
        try:
            return self._store.policy(model.id).unchecked
        except ClewError:  # the activation fails with it, or asks for a choice
            return None

    def _about(self, request: ChangeRequest) -> Model | None:
        models = self._views.last_view().models
        return None if models is None else models.get(request.model_id)

    def _models_with(self, model_id: str) -> ModelList | None:
        """Returns the models, read again if this one is not among them, because an unknown model must not count as
        harmless.
        """
        models = self._views.view(self._patience_seconds).models
        if models is not None and models.get(model_id) is None:
            models = self._views.refreshed(self._patience_seconds).models
        return models

    def _done(self, request: ChangeRequest, by: str | None) -> ChangeResult:
        activation = None
        match request.verb:
            case ChangeVerb.DELETE:
                self._store.delete(request.model_id)
            case ChangeVerb.RESTORE:
                self._store.restore(request.model_id)
            case ChangeVerb.UNDO:
                activation = self._undone(request, by)
            case ChangeVerb.ACTIVATE | ChangeVerb.TRY:
                if request.signature is not None:
                    self._store.sign(request.model_id, request.signature)
                activation = self._store.activate(request.model_id, by=by)
        return ChangeResult(outcome=ChangeOutcome.DONE, activation=activation)

    def _undone(self, request: ChangeRequest, by: str | None) -> Activation:
        """Activates the former model again, unless another choice was made since."""
        active = self._store.active_of_same_name(request.model_id)
        if active is None:
            raise NoneIsActive
        if active.id != request.in_place_of:
            raise AnotherIsActive(active.id)
        return self._store.activate(request.model_id, by=by)
