"""The files of one run, by the way that its artifact store asks for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from domain.addresses import hiding_credentials
from domain.errors import ClewError
from domain.errors.records import InvalidArgument
from domain.errors.services import UnavailableBecause
from domain.messages import Text
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
        """Writes a file into a folder of the run's, or beside its folders where that is empty."""
        if self._is_served:
            self._server.artifacts.upload("/".join(filter(None, [self._path, folder, file.name])), file.read_bytes())
            return
        with self._of_another_store():
            from training.tracking.mlflow_client import connect

            connect(self._server.uri).log_artifact(self._run_id, str(file), folder or None)

    def download(self, path: str, file: Path) -> None:
        """Writes an artifact into a file; raises OSError where the disk does not take it."""
        if self._is_served:
            with file.open("wb") as target:
                self._server.artifacts.download(f"{self._path}/{path}", target)
            return
        with self._of_another_store():
            from training.tracking.mlflow_client import connect

            found = Path(connect(self._server.uri).download_artifacts(self._run_id, path, str(file.parent)))
            found.replace(file)

    def folders(self, path: str) -> list[str]:
        """Returns the names of the folders in a folder of the run's."""
        return self._server.folders(self._run_id, path)

    def remove(self, path: str) -> None:
        """Removes a folder of the run's."""
        if self._is_served:
            self._server.artifacts.remove(f"{self._path}/{path}")
            return
        with self._of_another_store():
            from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

            get_artifact_repository(self.root).delete_artifacts(path)

    @contextmanager
    def _of_another_store(self) -> Iterator[None]:
        """Names what fails by the store: its client's exceptions are of as many kinds as there are stores."""
        try:
            yield
        except ImportError as error:
            raise InvalidArgument(Text(f"A library for the artifacts at {self._store} is missing: {error}.")) from error
        except ClewError:
            raise
        except Exception as error:
            cause = " ".join(str(error).split())[:300]
            raise UnavailableBecause(f"The artifact store {self._store}", Text(cause)) from error

    @property
    def _store(self) -> str:
        return hiding_credentials(self.root.partition(self._run_id)[0])

    @property
    def _is_served(self) -> bool:
        """Whether it is this server that keeps them: with a host in its address it may be another."""
        return self.root.startswith(_OWN_STORE) and not self.root.startswith(f"{_OWN_STORE}/")

    @property
    def _path(self) -> str:
        return self.root.removeprefix(_OWN_STORE).lstrip("/")
