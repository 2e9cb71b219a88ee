"""The files of one run, accessed in the way its artifact store requires."""

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
    """A run's artifacts: through the tracking server if it serves them, else through MLflow's package.

    The package supports buckets and their credentials, but takes seconds to import, so it is imported only when
    needed.
    """

    def __init__(self, server: TrackingServer, run_id: str) -> None:
        self._server = server
        self._run_id = run_id
        self._root: str | None = None

    @property
    def root(self) -> str:
        """The root of the run's artifacts, as MLflow writes it."""
        if self._root is None:
            self._root = self._server.run(self._run_id).info.artifact_uri.rstrip("/")
        return self._root

    def upload(self, file: Path, folder: str) -> None:
        """Uploads a file into a folder of the run; an empty folder name means the top level."""
        if self._is_served:
            self._server.artifacts.upload("/".join(filter(None, [self._path, folder, file.name])), file.read_bytes())
            return
        with self._naming_store():
            from training.tracking.mlflow_client import connect

            connect(self._server.uri).log_artifact(self._run_id, str(file), folder or None)

    def download(self, path: str, file: Path) -> None:
        """Downloads an artifact into a file; raises OSError for errors of the disk."""
        if self._is_served:
            with file.open("wb") as target:
                self._server.artifacts.download(f"{self._path}/{path}", target)
            return
        with self._naming_store():
            from training.tracking.mlflow_client import connect

            found = Path(connect(self._server.uri).download_artifacts(self._run_id, path, str(file.parent)))
            found.replace(file)

    def folders(self, path: str) -> list[str]:
        """Returns the names of the subfolders of a folder of the run."""
        return self._server.folders(self._run_id, path)

    def remove(self, path: str) -> None:
        """Removes a folder of the run."""
        if self._is_served:
            self._server.artifacts.remove(f"{self._path}/{path}")
            return
        with self._naming_store():
            from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

            get_artifact_repository(self.root).delete_artifacts(path)

    @contextmanager
    def _naming_store(self) -> Iterator[None]:
        """Converts exceptions to a failure that names the store.

        Each kind of store has a client with exceptions of its own.
        """
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
        """Whether this tracking server keeps them: an address with a host may be that of another server."""
        return self.root.startswith(_OWN_STORE) and not self.root.startswith(f"{_OWN_STORE}/")

    @property
    def _path(self) -> str:
        return self.root.removeprefix(_OWN_STORE).lstrip("/")
