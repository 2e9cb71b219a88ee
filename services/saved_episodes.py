"""Saves an episode with the run of its model: the engine renders it, MLflow stores the file."""

from domain.access.rules import Requester
from domain.errors.models.records import ModelWithoutRun
from domain.inference.saved_episodes import EpisodeRequest, SavedEpisode, path_of
from mlflow_api.run_files import RunFiles
from services.inference_engine import InferenceEngine
from services.registry.model_store import ModelStore


class SavedEpisodes:
    """Renders and saves episodes, which takes seconds, at most a minute."""

    def __init__(self, models: ModelStore, engine: InferenceEngine, files: RunFiles) -> None:
        self._models = models
        self._engine = engine
        self._files = files

    def save(self, request: EpisodeRequest, requester: Requester) -> SavedEpisode:
        """Renders and saves an episode; raises NotFound, Conflict, the engine's refusals, or a ServiceError."""
        model = self._models.get(request.model_id)
        if model.run_id is None:
            raise ModelWithoutRun(model.id)
        content = self._engine.episode(model.id, request, requester)
        path = path_of(model, request)
        self._files.write(model.run_id, path, content)
        return SavedEpisode(run_id=model.run_id, path=path, size_bytes=len(content))
