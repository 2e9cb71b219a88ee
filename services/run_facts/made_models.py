"""The models that were made from a run, as the list of models has them."""

from domain.errors.services import NoModelsReadYet, UnavailableBecause
from domain.messages import Reason
from domain.registry.models import Model
from services.registry.model_view import ModelSnapshots


def models_from(models: ModelSnapshots, store: Reason | str, run_id: str, wait_seconds: float) -> list[Model]:
    """Raises `ServiceUnavailable` where the list was not read yet, and why; `store` is what keeps it."""
    view = models.view(wait_seconds)
    if view.models is not None:
        return [model for model in view.models.models if model.run_id == run_id]
    if view.failure is not None:
        raise UnavailableBecause(view.failure.service_name, view.failure.error)
    raise NoModelsReadYet(store)
