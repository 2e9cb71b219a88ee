"""Keeps an episode with the run that its model came from: the engine draws it, MLflow keeps the file."""

from domain.access.rules import Asker
from domain.errors.models.records import ModelWithoutRun
from domain.inference.saved_episodes import EpisodeRequest, SavedEpisode, path_of
from mlflow_api.run_files import RunFiles
from services.inference_engine import InferenceEngine
from services.registry.model_store import ModelStore


class SavedEpisodes:
    """Draws and keeps; takes seconds, and a minute at most."""

    def __init__(self, models: ModelStore, engine: InferenceEngine, files: RunFiles) -> None:
        self._models = models
        self._engine = engine
        self._files = files

    def save(self, asked: EpisodeRequest, asker: Asker) -> SavedEpisode:
        """Raises NotFound, Conflict, what the engine refuses, or a ServiceError."""
        model = self._models.get(asked.model_id)
        if model.run_id is None:
            raise ModelWithoutRun(model.id)
        content = self._engine.episode(model.id, asked, asker)
        path = path_of(model, asked)
        self._files.write(model.run_id, path, content)
        return SavedEpisode(run_id=model.run_id, path=path, size_bytes=len(content))
