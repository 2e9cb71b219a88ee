"""Parses the answers of the team's model server, and builds its addresses."""

from typing import Annotated, Final
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ValidationError

from domain.errors.misfits import misfit_of
from domain.errors.models.records import ModelNotFound
from domain.registry.models import LONGEST_ID, Model, ModelState, as_text
from domain.tracking.runs import BadRow

MODELS: Final = "/api/models"
ACTIVE: Final = f"{MODELS}/active"
# The active model is read by another request; and a server has one active model, whatever names it uses.
_NOT_READ: Final = ("state", "name")


class Named(BaseModel):
    """The id in an answer."""

    id: Annotated[str, BeforeValidator(as_text)]


def path_of(model_id: str) -> str:
    """Returns the address of one model; raises `ModelNotFound` for an invalid id."""
    # A lone dot or two would lead to a parent path, encoded or not, and `active` is the path of the active model.
    try:
        if model_id in ("", ".", "..", "active") or len(model_id) > LONGEST_ID:
            raise ModelNotFound(repr(model_id[:40]))
        return f"{MODELS}/{quote(model_id, safe='')}"
    except UnicodeEncodeError as error:  # an unpaired surrogate
        raise ModelNotFound(repr(model_id[:40])) from error


def model_in(raw: object, active: str | None) -> Model:
    """Parses the model in an answer, active if its id is `active`; raises ValidationError."""
    known = {key: value for key, value in raw.items() if key not in _NOT_READ} if isinstance(raw, dict) else raw
    model = Model.model_validate(known)
    return model.model_copy(update={"state": ModelState.ACTIVE}) if model.id == active else model


def bad_row(index: int, raw: object, error: ValidationError) -> BadRow:
    """Returns the id of an invalid model in a list, and the first invalid field."""
    name = str(raw.get("id", index)) if isinstance(raw, dict) else str(index)
    field, cause = misfit_of(error)
    return BadRow(row=name[:64], field=field, cause=cause)


def overrules_deletion(raw: object) -> bool:
    """Returns whether the answer states that it overrules a deletion, as another Clew's does.

    The contract has no such field.
    """
    return isinstance(raw, dict) and raw.get("overrules_deletion") is True


def success_rate_in(raw: object) -> float | None:
    """Reads the success rate of a model that may be invalid otherwise."""
    try:
        return None if raw is None else model_in(raw, None).success_rate
    except ValidationError:
        return None
