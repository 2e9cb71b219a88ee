"""Models: exported policies with their metadata, and which of them are active or deleted.

At most one model is active: the one that MLflow's alias, or the model server, points at.
"""

import re
from collections.abc import Container, Iterable
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from domain.message_data import MessageField
from domain.moments import Moment
from domain.registry.measurements import AnyMeasurement
from domain.tracking.runs import BadRow

ALIAS: Final = "active"
MODEL_TAG: Final = "clew.model"
"""Marks a registered model as one of the team's, where the settings select them by `*`."""
DELETED_TAG: Final = "clew.deleted"
ACTIVATION_TAG: Final = "clew.activation."
"""The prefix of each activation's tag on the registered model; the moment follows."""
MEASUREMENT_TAG: Final = "clew.measurement"
PURGING_TAG: Final = "clew.purging"
MAX_ACTIVATIONS: Final = 100
"""The number of activations that are kept with a registered model, the newest."""
# An id is part of addresses: no store has longer ones.
LONGEST_ID: Final = 200


class ModelState(StrEnum):
    """The state of a model."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"


def as_text(value: object) -> object:
    """Converts an integer to text: some servers send 7 where the contract requires "7"."""
    return str(value) if type(value) is int else value


class Model(BaseModel):
    """One model; None is "not known". Only `id` is required of a store, and opaque.

    `name` is the registered model that it is a version of, None where the store has no names; of the models of one name
    at most one is active. `success_rate` is 0 to 1: measured by Clew in the training's environment, else as registered;
    so is `mean_return`, the mean return of an episode. `env_spec` is Gymnasium's EnvSpec as JSON, `policy_signature`
    the meaning of the file's inputs and outputs, `normalization` the statistics by which its observations were
    normalised: all untrusted, to be validated before use. `environment_trouble` is why the environment cannot be used,
    if its description is malformed. `aliases` and `tags` are those set by others.
    """

    model_config = ConfigDict(frozen=True)

    id: Annotated[str, BeforeValidator(as_text), Field(min_length=1, max_length=LONGEST_ID)]
    name: str | None = None
    algorithm: str | None = None
    trained_at: Moment | None = None
    success_rate: float | None = Field(None, ge=0, le=1)
    mean_return: float | None = Field(None, allow_inf_nan=False)
    onnx_path: str | None = None
    total_episodes: int | None = Field(None, ge=1)
    env_id: str | None = None
    env_spec: str | None = None
    policy_signature: str | None = None
    normalization: str | None = None
    environment_trouble: MessageField | None = None
    run_id: str | None = None
    measured: AnyMeasurement | None = None
    description: str | None = None
    aliases: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    state: ModelState = ModelState.INACTIVE

    @property
    def is_active(self) -> bool:
        """Whether this model is active."""
        return self.state is ModelState.ACTIVE

    def in_a_list(self) -> "Model":
        """Returns a copy without the long documents, which are sent for a single model only, not in lists."""
        documents = ("env_spec", "policy_signature", "normalization", "environment_trouble")
        return self.model_copy(update=dict.fromkeys(documents))


class ModelList(BaseModel):
    """All models, including deleted ones where the store keeps them, and the rows that are invalid.

    `names` are the registered models of these versions, the first one first; empty where the store has no names.
    """

    model_config = ConfigDict(frozen=True)

    models: list[Model]
    bad_rows: list[BadRow] = []
    names: list[str] = []

    @property
    def active(self) -> Model | None:
        """The active model, of several registered models that of the first; None where there is none."""
        return self.active_of(self.names[0] if self.names else None)

    @property
    def all_active(self) -> list[Model]:
        """The active models, at most one of each registered model."""
        return [model for model in self.models if model.is_active]

    def active_of(self, name: str | None) -> Model | None:
        """Returns the active model of this registered model."""
        return next((model for model in self.models if model.is_active and model.name == name), None)

    def get(self, model_id: str) -> Model | None:
        """Returns the model with this id."""
        return next((model for model in self.models if model.id == model_id), None)


class Activation(BaseModel):
    """An activation: which model, by whom, when, and which one was active before."""

    model_config = ConfigDict(frozen=True)

    at: Moment
    by: str | None = None
    name: str | None = None
    """The registered model of both, where the store has names."""
    model_id: str
    former_id: str | None = None
    reason: str | None = Field(None, max_length=500)
    success_rate: float | None = None
    former_success_rate: float | None = None
    mean_return: float | None = Field(None, allow_inf_nan=False)
    former_mean_return: float | None = Field(None, allow_inf_nan=False)
    """Mean return of the former model; None if it was for another environment, as such returns are not comparable."""
    overrules_deletion: bool = False
    """Whether the model was deleted at the moment of its activation: then the activation wins."""

    @property
    def gain(self) -> float | None:
        """The increase of the success rate; None where one of the two is not known."""
        if self.success_rate is None or self.former_success_rate is None:
            return None
        return self.success_rate - self.former_success_rate

    @property
    def gained_return(self) -> float | None:
        """The increase of the mean return; None where one of the two is not known."""
        if self.mean_return is None or self.former_mean_return is None:
            return None
        return self.mean_return - self.former_mean_return


def archive_of(model_name: str) -> str:
    """Returns the registered model whose tags store the older activations of `model_name`."""
    return f"{model_name}-activations"


def activation_of(history: Iterable[Activation], model: Model) -> Activation | None:
    """Finds the activation of the active model in a history, newest first; None where it is not recorded.

    It must be the newest one of its registered model: else the alias was moved without a record.
    """
    found = None
    for activation in history:
        if activation.name != model.name:
            continue
        if activation.model_id != model.id:
            break
        found = activation  # activating the active model again changes nothing
    return found


def state_of(model_id: str, tags: Container[str], active_id: str | None) -> ModelState:
    """Returns the state of a model: it is deleted if it has the tag and is not the active one."""
    if model_id == active_id:
        return ModelState.ACTIVE
    return ModelState.DELETED if DELETED_TAG in tags else ModelState.INACTIVE


def in_order(models: Iterable[Model]) -> list[Model]:
    """Sorts models, newest first; undated ones by the highest id, where ids are numbers."""
    return sorted(
        models, key=lambda model: (model.trained_at is not None, model.trained_at, order_of(model.id)), reverse=True
    )


def order_of(model_id: str) -> tuple[int, str, int]:
    """Returns the sort key of an id: "10" comes after "9", "cartpole:10" after "cartpole:9", others by their text."""
    name, colon, number = model_id.rpartition(":")
    return (len(colon), name, int(number)) if re.fullmatch(r"[0-9]{1,18}", number) else (2, model_id, 0)
