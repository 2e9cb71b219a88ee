"""The models that were made from a run, from the list of models."""

from domain.errors.services import NoModelsReadYet, UnavailableBecause
from domain.messages import Reason
from domain.registry.models import Model
from services.registry.model_view import ModelSnapshots


def models_from(models: ModelSnapshots, store: Reason | str, run_id: str, wait_seconds: float) -> list[Model]:
    """Returns the models made from a run; raises `ServiceUnavailable` if the list is not known. `store` is its name."""
    view = models.view(wait_seconds)
    if view.models is not None:
        return [model for model in view.models.models if model.run_id == run_id]
    if view.failure is not None:
        raise UnavailableBecause(view.failure.service_name, view.failure.error)
    raise NoModelsReadYet(store)
