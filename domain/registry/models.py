"""A model: an exported policy and what is known of it; which one is active, which are deleted, and who made it so.

Of all models at most one is active: the one that a single pointer, MLflow's alias or the model server's own, names.
"""

import re
from collections.abc import Container, Iterable
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from domain.moments import Moment
from domain.registry.measurements import Measurement
from domain.tracking.runs import BadRow

ALIAS: Final = "active"
DELETED_TAG: Final = "clew.deleted"
MEASUREMENT_TAG: Final = "clew.measurement"
PURGING_TAG: Final = "clew.purging"
MOST_ACTIVATIONS: Final = 100
"""So many of a registered model's activations stay with it, the newest."""
# An id goes into addresses: no store gives longer ones.
LONGEST_ID: Final = 200


class ModelState(StrEnum):
    """What a model is for now."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"


def as_text(value: object) -> object:
    """Some servers send 7 where the contract says "7"."""
    return str(value) if type(value) is int else value


class Model(BaseModel):
    """One model; None is "not known". Only `id` is required of a store, and opaque.

    `success_rate` is 0 to 1: as Clew measured it, in the maze that the model was trained on, else as it was registered.
    """

    model_config = ConfigDict(frozen=True)

    id: Annotated[str, BeforeValidator(as_text), Field(min_length=1, max_length=LONGEST_ID)]
    algorithm: str | None = None
    trained_at: Moment | None = None
    success_rate: float | None = Field(None, ge=0, le=1)
    onnx_path: str | None = None
    total_episodes: int | None = Field(None, ge=1)
    env_id: str | None = None
    run_id: str | None = None
    measured: Measurement | None = None
    state: ModelState = ModelState.INACTIVE

    @property
    def is_active(self) -> bool:
        """Whether this is the one that serves."""
        return self.state is ModelState.ACTIVE


class ModelList(BaseModel):
    """All models, deleted ones where the store keeps them included, and the rows that did not fit."""

    model_config = ConfigDict(frozen=True)

    models: list[Model]
    bad_rows: list[BadRow] = []

    @property
    def active(self) -> Model | None:
        """The one that serves, if there is one."""
        return next((model for model in self.models if model.is_active), None)

    def get(self, model_id: str) -> Model | None:
        """The model with this id."""
        return next((model for model in self.models if model.id == model_id), None)


class Activation(BaseModel):
    """Who made which model active, when, and which one was it before."""

    model_config = ConfigDict(frozen=True)

    at: Moment
    by: str | None = None
    model_id: str
    former_id: str | None = None
    reason: str | None = Field(None, max_length=500)
    success_rate: float | None = None
    former_success_rate: float | None = None
    overrules_deletion: bool = False
    """Whether somebody deleted the model in the moment in which it became active: then the activation counts."""

    @property
    def gain(self) -> float | None:
        """By how much the success rate rose; None where one of the two is not known."""
        if self.success_rate is None or self.former_success_rate is None:
            return None
        return self.success_rate - self.former_success_rate


def archive_of(model_name: str) -> str:
    """The registered model whose tags are the older activations of `model_name`."""
    return f"{model_name}-activations"


def activation_of(history: Iterable[Activation], model_id: str) -> Activation | None:
    """Since when and by whom the active model is it, from a history with the newest first; None where that is not told.

    The newest activation has to be that model's: else somebody moved the pointer past the history.
    """
    found = None
    for activation in history:
        if activation.model_id != model_id:
            break
        found = activation  # an activation of what was active already changed nothing
    return found


def state_of(model_id: str, tags: Container[str], active_id: str | None) -> ModelState:
    """The one definition: a model is deleted when it is tagged so and the pointer does not point at it."""
    if model_id == active_id:
        return ModelState.ACTIVE
    return ModelState.DELETED if DELETED_TAG in tags else ModelState.INACTIVE


def in_order(models: Iterable[Model]) -> list[Model]:
    """The newest model first; of undated ones the highest id, where ids are numbers."""
    return sorted(
        models, key=lambda model: (model.trained_at is not None, model.trained_at, order_of(model.id)), reverse=True
    )


def order_of(model_id: str) -> tuple[int, int, str]:
    """What ids sort by: "10" comes after "9", and other ids by their text."""
    return (0, int(model_id), "") if re.fullmatch(r"[0-9]{1,18}", model_id) else (1, 0, model_id)
