"""/api/models: the team's models over the contract that the team's own model server speaks, too.

Ids are opaque, and come percent-encoded; the server in front has decoded them, so one may hold a slash: `path:`.
Without `?name=` a question is about the models of the first registered model, as the contract has it.
"""

from typing import Final

from flask import Blueprint, Response, request

from api.edge.identity import user_of
from api.shapes import Activated, ActivationRequest, ModelDetail, ModelRow, NamedModelRow, detail_of, row_of
from api.wire import answer, body_as
from domain.access.identity import program_asker
from domain.errors.models.records import ModelIsDeleted, ModelNotFound, NoActiveModel
from domain.inference.messages import MEASURING_HEADER
from domain.inference.saved_episodes import EpisodeRequest, EpisodeSeed, SavedEpisode
from domain.registry.models import LONGEST_ID, Activation, Model, ModelState
from services.connect import Services
from services.registry.model_store import ModelStore

EVERY_NAME: Final = "*"
"""Asks about all registered models."""


def blueprint(services: Services) -> Blueprint:
    """The routes of the models in `services`."""
    routes = Blueprint("models", __name__, url_prefix="/models")
    store = services.models

    def asked_about() -> ModelStore:
        name = request.args.get("name")
        return store if name == EVERY_NAME else store.of(name)

    @routes.get("")
    def all_models() -> Response:
        found = asked_about().all()
        present = [model for model in found.models if model.state is not ModelState.DELETED]
        if "name" in request.args:
            response = answer(list[NamedModelRow], [NamedModelRow.of(model) for model in present])
        else:
            response = answer(list[ModelRow], [row_of(model) for model in present])
        if found.bad_rows:
            response.headers["X-Bad-Rows"] = str(len(found.bad_rows))
        return response

    @routes.get("/active")
    def active() -> Response:
        model = asked_about().active()
        if model is None:
            raise NoActiveModel
        return answer(ModelDetail, detail_of(model))

    @routes.post("/active")
    def activate() -> Response:
        asked = body_as(ActivationRequest)
        by = user_of(request, services.settings)
        done = store.activate(_possible(asked.model_id), by=by, reason=asked.reason)
        shown = Activated(id=done.model_id, message=_message(done), overrules_deletion=done.overrules_deletion)
        return answer(Activated, shown)

    @routes.get("/history")
    def history() -> Response:
        return answer(list[Activation], asked_about().history())

    @routes.get("/<path:model_id>/policy")
    def policy(model_id: str) -> Response:
        file = store.policy_file(_kept(store.get(_possible(model_id))).id)
        if MEASURING_HEADER in request.headers and services.settings.embedded_inference:
            services.following.follow(model_id)  # kept though nobody looks, and whoever had it measured
        response = Response(file.chunks(), mimetype="application/octet-stream")
        response.call_on_close(file.close)
        response.content_length = file.size_bytes
        # Whoever has the file already is told so, and not sent it again.
        response.set_etag(file.sha256)
        response.make_conditional(request)
        if response.status_code == 304 or request.method == "HEAD":
            file.close()
        return response

    @routes.get("/<path:model_id>")
    def one(model_id: str) -> Response:
        return answer(ModelDetail, detail_of(_kept(store.get(_possible(model_id)))))

    @routes.delete("/<path:model_id>")
    def delete(model_id: str) -> Response:
        store.delete(_possible(model_id))
        return Response(status=204)

    @routes.post("/<path:model_id>/restore")
    def restore(model_id: str) -> Response:
        return answer(ModelDetail, detail_of(store.restore(_possible(model_id))))

    @routes.post("/<path:model_id>/episodes")
    def keep_episode(model_id: str) -> Response:
        asked = EpisodeRequest(model_id=_possible(model_id), **dict(body_as(EpisodeSeed)))
        asker = program_asker(request.headers, request.remote_addr, services.settings)
        return answer(SavedEpisode, services.episodes.save(asked, asker), 201)

    return routes


def _possible(model_id: str) -> str:
    """The id, unless no model can have it: those are not handed to a store, whatever it would make of them."""
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
    said = f"Model {done.model_id} is active" + (f"; before it, {done.former_id} was." if done.former_id else ".")
    if done.overrules_deletion:
        said += " Somebody deleted it in the same moment: once another one is active, it is among the deleted."
    return said
