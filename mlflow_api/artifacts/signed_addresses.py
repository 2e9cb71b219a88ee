"""Addresses of files in a bucket signed by MLflow, so that a part can be read without what precedes it.

Runs with a bucket of their own and runs whose files the server proxies need different calls to get such an address; a
server without either is not asked again for some minutes. None of our credentials are sent to a store.
"""

import logging
import re
import threading
import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

import orjson
from cachetools import LRUCache, TTLCache
from pydantic import BaseModel, Field

from domain.addresses import origin_of
from domain.artifacts.stores import is_folder, is_proxied, may_be_read, path_behind_proxy
from domain.errors import ServiceError
from domain.errors.artifacts.records import NoSuchArtifact
from domain.errors.names import ArtifactStore
from domain.hosts import Origin
from mlflow_api.client import API, MlflowApi
from mlflow_api.run_files import artifact_root
from mlflow_api.schemas import validated
from transport.credentials import NoAuth
from transport.http_client import JsonService
from transport.opened import Answer, OpenAnswer

SECONDS: Final = 300
LEFT_ALONE_SECONDS: Final = 300.0
"""How long a failed call is not tried again."""
_KEPT_SECONDS: Final = 60.0
_SIGN_SECONDS: Final = 10.0
_OPEN_SECONDS: Final = 10.0
_DIRECT: Final = API + "artifacts/presigned-download-url"
_PROXIED: Final = "/api/2.0/mlflow-artifacts/presigned/"
_EXPIRES: Final = re.compile(r"[?&](?:X-Amz-Expires|X-Goog-Expires)=(\d{1,7})(?:&|$)")
_log = logging.getLogger(__name__)


class SignedAddress(NamedTuple):
    """A temporary address at which anyone can read one file; `size` is None if it is unknown."""

    url: str
    headers: Mapping[str, str]
    size: int | None


class _Signed(BaseModel):
    """The answer of either call."""

    url: str = Field("", max_length=8192)
    presigned_url: str = Field("", max_length=8192)
    headers: dict[str, str] = {}
    file_size: int | None = Field(None, ge=0)


class SignedAddresses:
    """Caches one MLflow's signed addresses for part of their validity; addresses of `stores` are always allowed."""

    def __init__(self, mlflow: MlflowApi, stores: frozenset[Origin] = frozenset()) -> None:
        self._mlflow = mlflow
        self._stores = stores
        self._lock = threading.Lock()
        self._roots: LRUCache[str, str] = LRUCache(4096)
        self._kept: TTLCache[tuple[str, str], SignedAddress] = TTLCache(1024, _KEPT_SECONDS)
        self._services: LRUCache[str, JsonService] = LRUCache(32)
        self._left_until: dict[str, float] = {}

    def root(self, run_id: str) -> str:
        """Returns where a run stores its files, which never changes; raises as `MlflowApi`."""
        with self._lock:
            known = self._roots.get(run_id)
        if known is None:
            known = artifact_root(self._mlflow.within(_SIGN_SECONDS), run_id)
            self.cache_root(run_id, known)
        return known

    def cache_root(self, run_id: str, root: str) -> None:
        """Caches the root that another answer contained."""
        with self._lock:
            self._roots[run_id] = root

    def of(self, run_id: str, path: str) -> SignedAddress | None:
        """Returns an address of a file; None if this run or server has none, or the signed one is not allowed.

        Raises `NoSuchArtifact`, and as `root`.
        """
        with self._lock:
            kept: SignedAddress | None = self._kept.get((run_id, path))
        if kept is not None:
            return kept
        root = self.root(run_id)
        way = "" if is_proxied(root) else urlsplit(root).scheme
        if is_folder(root) or time.monotonic() < self._left_until.get(way, 0.0):
            return None
        try:
            found = self._signed(way, self._answer(run_id, root, path), path)
        except ServiceError as error:
            self._leave(way, str(error))
            return None
        # Cached for less than half of its validity: a video is read in parts for a while.
        expires = _EXPIRES.search(found.url) if found else None
        if found is not None and (expires is None or int(expires[1]) >= 2 * _KEPT_SECONDS):
            with self._lock:
                self._kept[run_id, path] = found
        return found

    def open(self, signed: SignedAddress, headers: Mapping[str, str]) -> OpenAnswer:
        """Returns the store's answer; raises a `ServiceError` if there is none."""
        parts = urlsplit(signed.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            if origin not in self._services:
                self._services[origin] = JsonService(ArtifactStore(origin), origin, NoAuth())
            service = self._services[origin]
        sent = {**signed.headers, **headers}
        return service.open(f"{parts.path}?{parts.query}", params={}, headers=sent, deadline_seconds=_OPEN_SECONDS)

    def leave(self, run_id: str, path: str, error: ServiceError) -> None:
        """Avoids a store that failed for some minutes; MLflow itself serves its files meanwhile."""
        with self._lock:
            self._kept.pop((run_id, path), None)
        root = self.root(run_id)
        self._leave("" if is_proxied(root) else urlsplit(root).scheme, str(error))

    def _leave(self, way: str, cause: str) -> None:
        _log.info("Files come through MLflow for some minutes", extra={"store": way or "proxied", "cause": cause})
        self._left_until[way] = time.monotonic() + LEFT_ALONE_SECONDS

    def _answer(self, run_id: str, root: str, path: str) -> Answer:
        service = self._mlflow.service
        if is_proxied(root):
            place = _PROXIED + quote(path_behind_proxy(root, path))
            return service.exchange("GET", place, deadline_seconds=_SIGN_SECONDS, is_file=True)
        payload = orjson.dumps({"run_id": run_id, "path": path, "expiration": SECONDS})
        return service.exchange("POST", _DIRECT, body=payload, deadline_seconds=_SIGN_SECONDS, is_file=True)

    def _signed(self, way: str, answer: Answer, path: str) -> SignedAddress | None:
        if answer.status == 404 and answer.content.lstrip().startswith(b'{"error_code"'):
            raise NoSuchArtifact(path)
        if answer.status != 200:
            self._leave(way, f"HTTP {answer.status}")
            return None
        found = validated(_Signed, self._mlflow.service.decode(answer))
        url = found.presigned_url or found.url
        if not may_be_read(url, self._mlflow.service.url, self._stores):
            self._leave(way, f"{origin_of(url)} is none of ARTIFACT_STORES")
            return None
        return SignedAddress(url, _harmless(found.headers), found.file_size)


def _harmless(headers: Mapping[str, str]) -> dict[str, Any]:
    """Returns the headers that a store requires along with the signature, without those that affect intermediaries."""
    return {name: value for name, value in headers.items() if name.lower().startswith("x-")}
