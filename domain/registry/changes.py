"""A change of a model that a person asks for, and the one answer that each request gets, however often it is sent."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.errors.models.changes import RequestIdTaken
from domain.inference.signatures import LONGEST_SIGNATURE
from domain.message_data import MessageField
from domain.registry.models import LONGEST_ID, Activation, Model

ModelId = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]


class ChangeVerb(StrEnum):
    """What is to become of the model; to try it is to activate it and go and watch."""

    ACTIVATE = "activate"
    TRY = "try"
    DELETE = "delete"
    RESTORE = "restore"
    UNDO = "undo"


class ChangeRequest(BaseModel):
    """What a person asks for; the page makes the `id`, so that a request that is sent twice is done once.

    Undo activates `model_id` again as long as `in_place_of` is active. What has to be asked about before is done only
    where it `is_confirmed`: that is another request, with an id of its own. `signature` is how the model's file is
    read, where somebody chose among several ways; it is kept with the model.
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
    """How a request ended; `WORKING` where it has not yet, and `ASKED` where a question is its answer."""

    DONE = "done"
    REFUSED = "refused"
    NOT_KNOWN = "not_known"
    ASKED = "asked"
    WORKING = "working"


class SignatureChoice(BaseModel):
    """One way to read a policy's file, and the signature that says so."""

    model_config = ConfigDict(frozen=True)

    text: MessageField
    signature: str


class ChangeResult(BaseModel):
    """The answer to one request: what was activated, why nothing was done, or which model a question is about.

    `instead_of` is the active model where another environment is asked about, else None. A question with a `cause` is
    about the policy: how it is read, with the `choices`, or whether it may serve although it could not be tried.
    """

    model_config = ConfigDict(frozen=True)

    outcome: ChangeOutcome
    activation: Activation | None = None
    cause: MessageField | None = None
    about: Model | None = None
    instead_of: Model | None = None
    choices: list[SignatureChoice] = []


class ChangeRecord(BaseModel):
    """What is remembered of a request: that it was begun, and then its result."""

    model_config = ConfigDict(frozen=True)

    request: ChangeRequest
    result: ChangeResult | None = None


def settled(request: ChangeRequest, known: ChangeRecord | None, *, again: bool) -> ChangeResult | None:
    """Returns the answer of a request that nobody works on; None where it has to be begun.

    One that was begun and has no result was left by who worked on it, and one that is only asked about (`again`) never
    came, or was forgotten: what became of either nobody knows, and it is never begun a second time.
    """
    if known is None:
        return ChangeResult(outcome=ChangeOutcome.NOT_KNOWN) if again else None
    if known.request != request:
        return ChangeResult(outcome=ChangeOutcome.REFUSED, cause=RequestIdTaken())
    return known.result or ChangeResult(outcome=ChangeOutcome.NOT_KNOWN)


def needs_confirmation(model: Model, active: Model | None) -> bool:
    """Returns whether to ask before `model` takes over, for it was trained for another environment than the active
    one.
    """
    return active is not None and None not in (model.env_id, active.env_id) and model.env_id != active.env_id
