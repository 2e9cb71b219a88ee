"""The files of MLflow's runs over REST: lists folders and streams files, from any artifact store of the server.

A file in a bucket is read at an address signed by MLflow, if it signs one that is allowed. All others come through
the tracking server, so that no bucket's credentials are needed here. It sends parts of a file if its store is a
folder; from a bucket it fetches the whole file first, and the content before the part is read and dropped.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from domain.artifacts.listing import ArtifactEntry, ArtifactListing
from domain.artifacts.spans import Span
from domain.artifacts.stores import is_proxied, shown_root
from domain.errors import AccessDenied, NotFound, ServiceError
from domain.errors.artifacts.records import RangeOutside, StoreNotRead
from domain.errors.connections import AnsweredStatus
from domain.errors.records import NotFoundThere, RunNotFound
from mlflow_api.artifacts.opened import OpenFile, opened
from mlflow_api.artifacts.signed_addresses import SignedAddress, SignedAddresses
from mlflow_api.client import API, MlflowApi
from mlflow_api.schemas import SERVICE, validated

LIST_SECONDS: Final = 20.0
# A server that downloads the file from a bucket first sends nothing meanwhile.
FILE_SECONDS: Final = 30.0
MAX_LIST_BYTES: Final = 24 * 2**20
"""Some 200,000 files."""
_FILE: Final = "/get-artifact"
T = TypeVar("T")


class MlflowArtifacts:
    """Lists and opens files; each call raises a `ServiceError`, `NotFound`, or MLflow's refusal."""

    def __init__(self, mlflow: MlflowApi, signed: SignedAddresses) -> None:
        self._mlflow = mlflow
        self._addresses = signed

    def list_folder(self, run_id: str, folder: str) -> list[ArtifactEntry]:
        """Returns the content of a folder; "" is the run's root.

        Empty, too, if the folder does not exist. Raises `RunNotFound`.
        """
        try:
            found = self._naming_store(run_id, lambda: self._listing(run_id, folder))
        except NotFound as error:
            raise RunNotFound(run_id) from error
        if found.root_uri:
            self._addresses.cache_root(run_id, found.root_uri)
        return found.files

    def root_elsewhere(self, run_id: str) -> str | None:
        """Returns where a run stores its files, for a message; None if that is MLflow's own store."""
        root = self._addresses.root(run_id)
        return None if is_proxied(root) else shown_root(root)

    def open(
        self, run_id: str, path: str, span: Span | None = None, conditions: Mapping[str, str] | None = None
    ) -> OpenFile:
        """Opens a file, or a part of it; `conditions` are headers such as If-None-Match.

        Raises `NoSuchArtifact`, `RangeOutside`, and `RangeNotServed` if the part is too far into the file.
        """
        try:
            return self._part(run_id, path, span, conditions or {})
        except RangeOutside as error:
            # A suffix longer than the file means all of it (RFC 9110), but not to MLflow.
            if span is None or span.first >= 0 or not error.size:
                raise
            return self._part(run_id, path, Span(0), conditions or {})

    def _part(self, run_id: str, path: str, span: Span | None, conditions: Mapping[str, str]) -> OpenFile:
        headers = {**conditions, **({"Range": span.header} if span else {})}
        try:
            address = self._addresses.of(run_id, path)
        except NotFoundThere as error:
            raise RunNotFound(run_id) from error
        if address is not None:
            try:
                return self._from_store(address, headers, span, path)
            except ServiceError as error:
                self._addresses.leave(run_id, path, error)
        return self._naming_store(run_id, lambda: self._through_mlflow(run_id, path, span, headers))

    def _from_store(self, address: SignedAddress, headers: Mapping[str, str], span: Span | None, path: str) -> OpenFile:
        answer = self._addresses.open(address, headers)
        try:
            return opened(answer, span, path, address.size)
        except BaseException:
            answer.close()
            raise

    def _through_mlflow(self, run_id: str, path: str, span: Span | None, headers: Mapping[str, str]) -> OpenFile:
        answer = self._mlflow.within(FILE_SECONDS).open(_FILE, {"run_id": run_id, "path": path}, headers)
        try:
            return opened(answer, span, path)
        except BaseException:
            answer.close()
            raise

    def _listing(self, run_id: str, folder: str) -> ArtifactListing:
        query = {"run_id": run_id} | ({"path": folder} if folder else {})
        service = self._mlflow.service
        answer = service.exchange(
            "GET",
            API + "artifacts/list",
            params=query,
            deadline_seconds=LIST_SECONDS,
            most_bytes=MAX_LIST_BYTES,
            is_silent=True,
            is_file=True,
        )
        return validated(ArtifactListing, service.decode(answer) or {})

    def _naming_store(self, run_id: str, read: Callable[[], T]) -> T:
        """Returns the result of `read`; a refusal names the store if the run has a store of its own."""
        try:
            return read()
        except (AnsweredStatus, AccessDenied) as error:
            # Raises if the caller may not see the run.
            root = self.root_elsewhere(run_id)
            if root is None:
                raise
            reason = AnsweredStatus(SERVICE, 403) if isinstance(error, AccessDenied) else error
            raise StoreNotRead(SERVICE, root, reason) from error
