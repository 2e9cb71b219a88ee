"""The files of one run, by the way that its artifact store asks for."""

from pathlib import Path
from typing import Final

from training.tracking.server import TrackingServer

_OWN_STORE: Final = "mlflow-artifacts:/"


class Artifacts:
    """A run's artifacts: through the tracking server where it serves them, else by MLflow's package.

    The package knows buckets and their credentials, and takes seconds to import: only who needs it waits for it.
    """

    def __init__(self, server: TrackingServer, run_id: str) -> None:
        self._server = server
        self._run_id = run_id
        self._root: str | None = None

    @property
    def root(self) -> str:
        """Where the run's artifacts are, as MLflow writes it."""
        if self._root is None:
            self._root = self._server.run(self._run_id).info.artifact_uri.rstrip("/")
        return self._root

    def upload(self, file: Path, folder: str) -> None:
        """Writes a file into a folder of the run's."""
        if self._is_served:
            self._server.upload(f"{self._path}/{folder}/{file.name}", file.read_bytes())
            return
        from training.tracking.mlflow_client import connect, translated

        with translated(self._server.uri):
            connect(self._server.uri).log_artifact(self._run_id, str(file), folder)

    def folders(self, path: str) -> list[str]:
        """The names of the folders in a folder of the run's."""
        return self._server.folders(self._run_id, path)

    def remove(self, path: str) -> None:
        """Removes a folder of the run's."""
        if self._is_served:
            self._server.remove(f"{self._path}/{path}")
            return
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        from training.tracking.mlflow_client import translated

        with translated(self._server.uri):
            get_artifact_repository(self.root).delete_artifacts(path)

    @property
    def _is_served(self) -> bool:
        """Whether it is this server that keeps them: with a host in its address it may be another."""
        return self.root.startswith(_OWN_STORE) and not self.root.startswith(f"{_OWN_STORE}/")

    @property
    def _path(self) -> str:
        return self.root.removeprefix(_OWN_STORE).lstrip("/")
