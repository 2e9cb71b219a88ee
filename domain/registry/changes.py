"""A change of a model that a user requests, and its single result, however often the request is sent."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.errors.models.changes import RequestIdTaken
from domain.inference.signatures import LONGEST_SIGNATURE
from domain.message_data import MessageField
from domain.registry.models import LONGEST_ID, Activation, Model

ModelId = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]


class ChangeVerb(StrEnum):
    """What to do with the model; "try" activates it and opens the page to watch it."""

    ACTIVATE = "activate"
    TRY = "try"
    DELETE = "delete"
    RESTORE = "restore"
    UNDO = "undo"


class ChangeRequest(BaseModel):
    """A user's request; the page generates the `id`, so that a request sent twice is executed once.

    Undo activates `model_id` again if `in_place_of` is still active. A change that needs a confirmation is only done if
    it `is_confirmed`: that is another request, with its own id. `signature` is the reading of the model's file that a
    user chose; it is stored with the model.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    verb: ChangeVerb
    model_id: ModelId
    in_place_of: ModelId | None = None
    is_confirmed: bool = False
    signature: str | None = Field(None, min_length=1, max_length=LONGEST_SIGNATURE)

    @model_validator(mode="after")
    def _undoes_something(self) -> Self:
        if (self.verb is ChangeVerb.UNDO) != (self.in_place_of is not None):
            raise ValueError("in_place_of belongs to undo, and to nothing else")
        return self


class ChangeOutcome(StrEnum):
    """The outcome of a request; `WORKING` while it is not finished, and `ASKED` if it needs a confirmation."""

    DONE = "done"
    REFUSED = "refused"
    NOT_KNOWN = "not_known"
    ASKED = "asked"
    WORKING = "working"


class SignatureChoice(BaseModel):
    """One reading of a policy's file, and the signature that selects it."""

    model_config = ConfigDict(frozen=True)

    text: MessageField
    signature: str


class ChangeResult(BaseModel):
    """The result of one request: what was activated, why nothing was done, or the model to confirm.

    `instead_of` is the active model if the confirmation is about another environment, else None. A question with a
    `cause` is about the policy: which of the `choices` is its reading, or whether to activate it although it could not
    be tried.
    """

    model_config = ConfigDict(frozen=True)

    outcome: ChangeOutcome
    activation: Activation | None = None
    cause: MessageField | None = None
    about: Model | None = None
    instead_of: Model | None = None
    choices: list[SignatureChoice] = []


class ChangeRecord(BaseModel):
    """The record of a request: that it was begun, and then its result."""

    model_config = ConfigDict(frozen=True)

    request: ChangeRequest
    result: ChangeResult | None = None


def settled(request: ChangeRequest, known: ChangeRecord | None, *, again: bool) -> ChangeResult | None:
    """Returns the result of a request that is not in progress; None where it has to be begun.

    A request that was begun and has no result was abandoned, and one that is only polled (`again`) never arrived or was
    forgotten: the outcome of both is unknown, and neither is executed a second time.
    """
    if known is None:
        return ChangeResult(outcome=ChangeOutcome.NOT_KNOWN) if again else None
    if known.request != request:
        return ChangeResult(outcome=ChangeOutcome.REFUSED, cause=RequestIdTaken())
    return known.result or ChangeResult(outcome=ChangeOutcome.NOT_KNOWN)


def needs_confirmation(model: Model, active: Model | None) -> bool:
    """Returns whether to ask before activating `model`: it was trained for another environment than the active one."""
    return active is not None and None not in (model.env_id, active.env_id) and model.env_id != active.env_id
