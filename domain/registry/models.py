"""A model: an exported policy and what is known of it; which one is active, which are deleted, and who made it so.

Of all models at most one is active: the one that a single pointer, MLflow's alias or the model server's own, names.
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
"""Marks a registered model that belongs to the team's models, where the settings name them by `*`."""
DELETED_TAG: Final = "clew.deleted"
ACTIVATION_TAG: Final = "clew.activation."
"""What stands before the moment in the key of each activation's tag, on the registered model."""
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
    """Makes a text of a whole number: some servers send 7 where the contract says "7"."""
    return str(value) if type(value) is int else value


class Model(BaseModel):
    """One model; None is "not known". Only `id` is required of a store, and opaque.

    `name` is the registered model that it is a version of: of the models of one name at most one is active; None where
    the store has no names. `success_rate` is 0 to 1: as Clew measured it, in the environment that the model was trained
    in, else as it was registered; so is `mean_return`, the mean return of an episode. `env_spec` is Gymnasium's EnvSpec
    as JSON, `policy_signature` what the file's inputs and outputs mean, `normalization` the statistics by which its
    observations were normalised: as somebody noted them, to be checked by who reads them; `environment_trouble` says
    why nobody can play in it, where a note is there and makes no sense. `aliases` and `tags` are those that others gave
    it.
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
        """Whether this is the one that serves."""
        return self.state is ModelState.ACTIVE

    def in_a_list(self) -> "Model":
        """Returns it without the documents that are told of one model only: a list may hold thousands."""
        documents = ("env_spec", "policy_signature", "normalization", "environment_trouble")
        return self.model_copy(update=dict.fromkeys(documents))


class ModelList(BaseModel):
    """All models, deleted ones where the store keeps them included, and the rows that did not fit.

    `names` are the registered models whose versions they are, the first one first; none where the store has no names.
    """

    model_config = ConfigDict(frozen=True)

    models: list[Model]
    bad_rows: list[BadRow] = []
    names: list[str] = []

    @property
    def active(self) -> Model | None:
        """The one that serves, of several registered models the first one's; None where there is none."""
        return self.active_of(self.names[0] if self.names else None)

    @property
    def all_active(self) -> list[Model]:
        """Those that serve, one of each registered model at most."""
        return [model for model in self.models if model.is_active]

    def active_of(self, name: str | None) -> Model | None:
        """Returns the active one of this registered model."""
        return next((model for model in self.models if model.is_active and model.name == name), None)

    def get(self, model_id: str) -> Model | None:
        """Returns the model with this id."""
        return next((model for model in self.models if model.id == model_id), None)


class Activation(BaseModel):
    """Who made which model active, when, and which one was it before."""

    model_config = ConfigDict(frozen=True)

    at: Moment
    by: str | None = None
    name: str | None = None
    """The registered model of both, where the store has such."""
    model_id: str
    former_id: str | None = None
    reason: str | None = Field(None, max_length=500)
    success_rate: float | None = None
    former_success_rate: float | None = None
    mean_return: float | None = Field(None, allow_inf_nan=False)
    former_mean_return: float | None = Field(None, allow_inf_nan=False)
    """Of an episode of the former one; None where that was for another environment: returns of two do not compare."""
    overrules_deletion: bool = False
    """Whether somebody deleted the model in the moment in which it became active: then the activation counts."""

    @property
    def gain(self) -> float | None:
        """By how much the success rate rose; None where one of the two is not known."""
        if self.success_rate is None or self.former_success_rate is None:
            return None
        return self.success_rate - self.former_success_rate

    @property
    def gained_return(self) -> float | None:
        """By how much the mean return rose; None where one of the two is not known."""
        if self.mean_return is None or self.former_mean_return is None:
            return None
        return self.mean_return - self.former_mean_return


def archive_of(model_name: str) -> str:
    """Returns the registered model whose tags are the older activations of `model_name`."""
    return f"{model_name}-activations"


def activation_of(history: Iterable[Activation], model: Model) -> Activation | None:
    """Finds the activation of the active model in a history with the newest first; None where that is not recorded.

    The newest activation of its registered model has to be this one's: else somebody moved the pointer past the
    history.
    """
    found = None
    for activation in history:
        if activation.name != model.name:
            continue
        if activation.model_id != model.id:
            break
        found = activation  # an activation of what was active already changed nothing
    return found


def state_of(model_id: str, tags: Container[str], active_id: str | None) -> ModelState:
    """Returns the one definition: a model is deleted when it is tagged so and the pointer does not point at it."""
    if model_id == active_id:
        return ModelState.ACTIVE
    return ModelState.DELETED if DELETED_TAG in tags else ModelState.INACTIVE


def in_order(models: Iterable[Model]) -> list[Model]:
    """Returns the newest model first; of undated ones the highest id, where ids are numbers."""
    return sorted(
        models, key=lambda model: (model.trained_at is not None, model.trained_at, order_of(model.id)), reverse=True
    )


def order_of(model_id: str) -> tuple[int, str, int]:
    """Returns what ids sort by: "10" comes after "9", "cartpole:10" after "cartpole:9", and other ids by their text."""
    name, colon, number = model_id.rpartition(":")
    return (len(colon), name, int(number)) if re.fullmatch(r"[0-9]{1,18}", number) else (2, model_id, 0)
