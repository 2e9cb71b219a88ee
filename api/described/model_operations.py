"""The operations on models."""

from typing import Final

from api.described.operation import STORE, WRITE, Operation
from api.shapes import Activated, ActivationRequest, ModelDetail, ModelRow, NamedModelRow
from domain.inference.saved_episodes import EpisodeSeed, SavedEpisode
from domain.registry.models import Activation

_BAD_ROWS = {"X-Bad-Rows": "How many models are left out because they do not fit the contract; absent if none."}
_OF_NAME = {"name": "A registered model of the team's; absent: the first one, *: all of them."}
MODELS: Final = (
    Operation(
        "get",
        "/api/models",
        "All models of the first registered model but deleted ones; rows with names where it is asked by name",
        list[ModelRow] | list[NamedModelRow],
        (404, *STORE),
        query=_OF_NAME,
        headers=_BAD_ROWS,
    ),
    Operation(
        "get",
        "/api/models/active",
        "The active model; 404 before the first",
        ModelDetail,
        (404, *STORE),
        query=_OF_NAME,
    ),
    Operation(
        "post",
        "/api/models/active",
        "Activates a model once its policy has passed its check",
        Activated,
        (400, 404, 409, 413, 415, 422, *WRITE),
        body=ActivationRequest,
    ),
    Operation(
        "get",
        "/api/models/history",
        "The activations, the newest first",
        list[Activation],
        (404, *STORE),
        query=_OF_NAME,
    ),
    Operation("get", "/api/models/{model_id}", "One model", ModelDetail, (404, *STORE)),
    Operation(
        "get",
        "/api/models/{model_id}/policy",
        "A model's ONNX file; its ETag is its SHA-256",
        bytes,
        (404, 409, 422, *STORE),
    ),
    Operation(
        "delete",
        "/api/models/{model_id}",
        "Deletes a model; 409 if it is active, 204 also if it was deleted before",
        None,
        (404, 409, *WRITE),
        status=204,
    ),
    Operation("post", "/api/models/{model_id}/restore", "Brings a deleted model back", ModelDetail, (404, 409, *WRITE)),
    Operation(
        "post",
        "/api/models/{model_id}/episodes",
        "Plays the episode of a seed once more, and keeps it with the model's run as WebP or GIF",
        SavedEpisode,
        (400, 404, 409, 413, 415, 422, *WRITE),
        body=EpisodeSeed,
        status=201,
    ),
)
