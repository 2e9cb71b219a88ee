"""Short addresses: a page's query under its hash, in MLflow, and cached on this host's disk after its first use.

The query of a hash never changes, so neither the stored nor the cached one ever expires, and every reader can verify
it.
"""

import base64
import contextlib
import threading
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from cachetools import LRUCache

from domain.errors.views.records import AddressDamaged, AddressTooLong, ShortAddressUnknown
from domain.views.addresses import MAX_CHARACTERS, hash_of, is_hash, normalised
from mlflow_api.views import MAX_CHARACTERS as MAX_IN_A_TAG
from mlflow_api.views import MlflowViews
from services.sharing.atomic_file import open_plain, put
from services.sharing.quota import Quota

_PART_TAG: Final = "clew.part."
_SUFFIX: Final = ".query"
_MAX_BYTES: Final = 4 * MAX_CHARACTERS  # UTF-8
_MAX_BYTES_ON_DISK: Final = 2**26
_MAX_IN_MEMORY: Final = 256


class AddressStore:
    """The short addresses of one MLflow; `folder` is this host's cache of them."""

    def __init__(self, mlflow: MlflowViews, folder: Path) -> None:
        self._mlflow = mlflow
        self._folder = folder
        self._quota = Quota(folder, _SUFFIX, _MAX_BYTES_ON_DISK)
        self._lock = threading.Lock()
        self._known: LRUCache[str, str] = LRUCache(_MAX_IN_MEMORY)

    def keep(self, query: str) -> str:
        """Stores the query, unless it is stored already; returns its short form.

        Raises `AddressTooLong`, or as MLflow does.
        """
        query = normalised(query)
        if len(query) > MAX_CHARACTERS:
            raise AddressTooLong(MAX_CHARACTERS)
        key = hash_of(query)
        with self._lock:
            if key in self._known:
                return key
        if query not in self._in_mlflow(key):
            self._mlflow.keep(key, dict(_parts(query)))
        self._remember(key, query)
        return key

    def expand(self, key: str) -> str:
        """Returns the query of a short form.

        Raises `ShortAddressUnknown`, `AddressDamaged`, or as MLflow does.
        """
        if not is_hash(key):
            raise ShortAddressUnknown
        with self._lock:
            known = self._known.get(key)
        query = known if known is not None else self._on_disk(key)
        if query is None:
            query = self._from_mlflow(key)
            self._write(key, query)
        return query

    def _from_mlflow(self, key: str) -> str:
        found = list(self._in_mlflow(key))
        intact = next((query for query in found if query is not None), None)
        if intact is None:
            raise AddressDamaged if found else ShortAddressUnknown
        with self._lock:
            self._known[key] = intact
        return intact

    def _in_mlflow(self, key: str) -> list[str | None]:
        """Returns what is stored under the hash; None for each damaged one."""
        return [_query_of(tags, key) for tags in self._mlflow.stored_tags(key)]

    def _remember(self, key: str, query: str) -> None:
        with self._lock:
            self._known[key] = query
        self._write(key, query)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}{_SUFFIX}"

    def _on_disk(self, key: str) -> str | None:
        try:
            with open_plain(self._path(key)) as file:
                return _intact(file.read(_MAX_BYTES + 1), key)
        except OSError:
            return None

    def _write(self, key: str, query: str) -> None:
        content = query.encode("utf-8", "surrogatepass")
        with contextlib.suppress(OSError):  # then MLflow is asked again
            put(self._path(key), content)
            self._quota.wrote(len(content))


def _parts(query: str) -> Iterator[tuple[str, str]]:
    """Yields the tags for a query: compressed, because even random ids consist of only 16 digits."""
    packed = base64.b64encode(zlib.compress(query.encode("utf-8", "surrogatepass"), 9)).decode()
    for number, start in enumerate(range(0, len(packed), MAX_IN_A_TAG)):
        yield f"{_PART_TAG}{number:03d}", packed[start : start + MAX_IN_A_TAG]


def _query_of(tags: Mapping[str, str], key: str) -> str | None:
    packed = "".join(tags[name] for name in sorted(tags) if name.startswith(_PART_TAG))
    try:
        unpacked = zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), _MAX_BYTES)
    except (ValueError, zlib.error):
        return None
    return _intact(unpacked, key)


def _intact(content: bytes, key: str) -> str | None:
    """Returns the query in these bytes; None if they do not match the hash."""
    try:
        query = content.decode("utf-8", "surrogatepass")
    except UnicodeError:
        return None
    return query if hash_of(query) == key else None
