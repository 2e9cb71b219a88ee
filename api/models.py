"""/api/models: the team's models, by the same contract as the team's own model server.

Ids are opaque, and percent-encoded; the server has decoded them, so one may contain a slash: `path:`. Without
`?name=` a request is about the first registered model, as the contract defines.
"""

from typing import Final

from flask import Blueprint, Response, request
from pydantic import BaseModel, Field

from api.edge.identity import user_of
from api.shapes import Activated, ActivationRequest, ModelDetail, ModelRow, NamedModelRow, detail_of, row_of
from domain.access.identity import program_requester
from domain.errors import BadInput, Conflict, PolicyRefused
from domain.errors.models.changes import BeingPurged, DeletedMeanwhile, ModelIsActive, RestoreFirst
from domain.errors.models.records import (
    FileNotShown,
    ModelIsDeleted,
    ModelNotFound,
    ModelWithoutRun,
    NoActiveModel,
    NothingToRestore,
    RegisteredModelUnknown,
)
from domain.errors.records import FilesElsewhere
from domain.inference.messages import MEASURING_HEADER
from domain.inference.saved_episodes import EpisodeRequest, EpisodeSeed, SavedEpisode
from domain.registry.models import LONGEST_ID, Activation, Model, ModelState
from services.connect import Services
from services.registry.model_store import ModelStore
from serving.operations.failures import NOT_CHANGED, READING, REFUSED_THERE, WRITING
from serving.operations.headers import bad_rows
from serving.operations.operation import WithHeaders, operation

EVERY_NAME: Final = "*"
"""Selects all registered models."""
_BAD_ROWS: Final = {
    "X-Bad-Rows": "The number of models that are left out because they violate the contract; absent if none."
}
_OF_LISTS: Final = (RegisteredModelUnknown, *READING)
# The team's own model server may refuse for more reasons.
_CHANGING: Final = (ModelNotFound, Conflict, *WRITING)


class RegisteredModelQuery(BaseModel):
    """Which registered model is meant."""

    name: str | None = Field(
        None, description="The name of a registered model of the team, or * for all; by default the first one."
    )


def blueprint(services: Services) -> Blueprint:
    """Returns the routes of the models in `services`."""
    routes = Blueprint("models", __name__, url_prefix="/models")
    store = services.models

    def store_of(query: RegisteredModelQuery) -> ModelStore:
        return store if query.name == EVERY_NAME else store.of(query.name)

    @routes.get("")
    @operation(*_OF_LISTS, headers=_BAD_ROWS)
    def all_models(query: RegisteredModelQuery) -> WithHeaders[list[NamedModelRow] | list[ModelRow]]:
        """Lists the models of the first registered model, without deleted ones; with `name`, names are included."""
        found = store_of(query).all()
        present = [model for model in found.models if model.state is not ModelState.DELETED]
        rows: list[NamedModelRow] | list[ModelRow]
        rows = [row_of(model) for model in present] if query.name is None else list(map(NamedModelRow.of, present))
        return WithHeaders(rows, bad_rows(found.bad_rows))

    @routes.get("/active")
    @operation(NoActiveModel, *_OF_LISTS)
    def active(query: RegisteredModelQuery) -> ModelDetail:
        """Returns the active model; 404 before the first."""
        model = store_of(query).active()
        if model is None:
            raise NoActiveModel
        return detail_of(model)

    @routes.post("/active")
    @operation(PolicyRefused, BadInput, ModelIsDeleted, RestoreFirst, DeletedMeanwhile, BeingPurged, *_CHANGING)
    def activate(body: ActivationRequest) -> Activated:
        """Activates a model after its policy has passed the check."""
        by = user_of(request, services.settings)
        done = store.activate(_possible(body.model_id), by=by, reason=body.reason)
        return Activated(id=done.model_id, message=_message(done), overrules_deletion=done.overrules_deletion)

    @routes.get("/history")
    @operation(*_OF_LISTS)
    def history(query: RegisteredModelQuery) -> list[Activation]:
        """Lists the activations, the newest first."""
        return list(store_of(query).history())

    @routes.get("/<path:model_id>/policy")
    @operation(
        *(ModelNotFound, ModelIsDeleted, FileNotShown, PolicyRefused, *READING),
        files=("application/octet-stream",),
        also=NOT_CHANGED,
    )
    def policy(model_id: str) -> Response:
        """Returns a model's ONNX file; its ETag is its SHA-256."""
        file = store.policy_file(_kept(store.get(_possible(model_id))).id)
        if MEASURING_HEADER in request.headers and services.settings.embedded_inference:
            # Its evaluation is saved although no page watches it, and with the name of its requester.
            services.following.follow(model_id)
        response = Response(file.chunks(), mimetype="application/octet-stream")
        response.call_on_close(file.close)
        response.content_length = file.size_bytes
        # A client that has the file already gets 304.
        response.set_etag(file.sha256)
        response.make_conditional(request)
        if response.status_code == 304 or request.method == "HEAD":
            file.close()
        return response

    @routes.get("/<path:model_id>")
    @operation(ModelNotFound, ModelIsDeleted, *READING)
    def one(model_id: str) -> ModelDetail:
        """Returns one model."""
        return detail_of(_kept(store.get(_possible(model_id))))

    @routes.delete("/<path:model_id>")
    @operation(ModelIsActive, BeingPurged, *_CHANGING, status=204)
    def delete(model_id: str) -> None:
        """Deletes a model; 409 if it is active, 204 also if it was deleted before."""
        store.delete(_possible(model_id))

    @routes.post("/<path:model_id>/restore")
    @operation(NothingToRestore, BeingPurged, *_CHANGING)
    def restore(model_id: str) -> ModelDetail:
        """Restores a deleted model."""
        return detail_of(store.restore(_possible(model_id)))

    @routes.post("/<path:model_id>/episodes")
    @operation(ModelNotFound, ModelWithoutRun, FilesElsewhere, *REFUSED_THERE, *WRITING, status=201)
    def save_episode(model_id: str, body: EpisodeSeed) -> SavedEpisode:
        """Plays the episode of a seed again, and saves it with the model's run as WebP or GIF."""
        episode = EpisodeRequest(model_id=_possible(model_id), **dict(body))
        requester = program_requester(request.headers, request.remote_addr, services.settings)
        return services.episodes.save(episode, requester)

    return routes


def _possible(model_id: str) -> str:
    """Returns the id unless it is impossible: such ids never reach a store, which might misinterpret them."""
    if len(model_id) > LONGEST_ID or not model_id.isprintable() or "\ufffd" in model_id:
        raise ModelNotFound(repr(model_id[:40]))
    return model_id


def _kept(model: Model) -> Model:
    if model.state is ModelState.DELETED:
        raise ModelIsDeleted(model.id)
    return model


def _message(done: Activation) -> str:
    if done.former_id == done.model_id:
        return f"Model {done.model_id} was active already."
    text = f"Model {done.model_id} is active" + (f"; before it, {done.former_id} was." if done.former_id else ".")
    if done.overrules_deletion:
        text += " It was deleted at the same time: once another model is active, it is listed as deleted."
    return text
