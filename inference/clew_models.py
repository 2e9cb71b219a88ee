"""Reads the team's models from a Clew's API, independent of the registry behind it."""

import hashlib
import threading
import time
from collections.abc import Iterable
from typing import Annotated, Final, NamedTuple, TypeVar
from urllib.parse import quote

import orjson
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from domain.environments.source import EnvironmentSource
from domain.errors import (
    BadResponse,
    ClewError,
    NotFound,
    PolicyGone,
    PolicyRefused,
    ServiceError,
    ServiceUnavailable,
)
from domain.errors.answers import NoReasonFor, UnexpectedStatus
from domain.errors.connections import (
    AnsweredReason,
    CertificateRefused,
    NotAsked,
    ProxyFailed,
    TimedOut,
    TimedOutAt,
    UnreachableAt,
)
from domain.errors.misfits import misfit_of
from domain.errors.policy_checks.files import FileGoneWithRun
from domain.errors.policy_files import FileMissing, NotOnnxModel
from domain.errors.records import ConflictThere, NotFoundThere, RefusedThere
from domain.errors.services import AskedTooMuch
from domain.inference.messages import MEASURING_HEADER
from domain.inference.policies import MAX_BYTES
from domain.message_data import MessageField, message_in
from domain.messages import Reason
from domain.registry.models import LONGEST_ID, as_text
from transport.http_client import JsonService
from transport.opened import Answer

SERVICE: Final = "Clew"
CALL_SECONDS: Final = 10.0

_MAX_JSON_BYTES: Final = 2**22
_AT_ONCE: Final = 4  # the dashboard has other work
_GONE: Final = (FileMissing.code, FileGoneWithRun.code, NotOnnxModel.code)
T = TypeVar("T", bound=BaseModel)


class ClewModel(BaseModel):
    """The engine's view of a model; all fields but `id` exceed the contract."""

    id: Annotated[str, BeforeValidator(as_text), Field(min_length=1, max_length=LONGEST_ID)]
    name: str | None = None
    env_id: str | None = None
    env_spec: str | None = None
    policy_signature: str | None = None
    algorithm: str | None = None
    normalization: str | None = None
    environment_trouble: MessageField | None = None
    run_id: str | None = None

    @property
    def is_for_the_maze(self) -> bool:
        """Whether it belongs to the maze, which has messages of its own: its tags say so, or name no environment."""
        has_metadata = self.env_id or self.env_spec or self.environment_trouble
        return (self.env_id or "").startswith("ClewMaze-") or not has_metadata

    @property
    def source(self) -> EnvironmentSource:
        """The environment that it names; raises EnvironmentRefused if its tags are invalid."""
        return EnvironmentSource.named(self.env_id, self.env_spec, self.normalization, self.environment_trouble)


class DownloadedPolicy(NamedTuple):
    """A model's file with its SHA-256; `content` is None if the caller has it."""

    sha256: str
    content: bytes | None


class _Run(BaseModel):
    params: dict[str, str] = {}


class _Failure(BaseModel):
    error: str


class ClewModels:
    """A Clew at `url`. Every call ends in ten seconds, and raises a ServiceError if Clew fails.

    No proxy is used if it runs on this machine: at a loopback address, or `direct`.
    """

    def __init__(self, url: str, seconds: float = CALL_SECONDS, *, direct: bool = False) -> None:
        self._service = JsonService(SERVICE, url, direct=direct)
        self._seconds = seconds
        self._free = threading.BoundedSemaphore(_AT_ONCE)

    def active(self, name: str | None = None) -> ClewModel | None:
        """Returns the active model of the registered model of that name, or of the first; None without one."""
        try:
            return self._read(ClewModel, "/api/models/active" + (f"?name={quote(name, safe='')}" if name else ""))
        except NotFound:
            return None

    def get(self, model_id: str) -> ClewModel:
        """Returns one model; raises NotFound."""
        return self._read(ClewModel, f"/api/models/{quote(model_id, safe='')}")

    def maze_seed(self, run_id: str) -> int | None:
        """Returns the seed of the maze that a run trained on; None if it is not known."""
        try:
            seed = self._read(_Run, f"/api/runs/{quote(run_id, safe='')}").params.get("maze_seed", "")
        except NotFound:
            return None
        return int(seed) if seed.isascii() and seed.isdigit() and len(seed) < 16 else None

    def policy(self, model_id: str, known: Iterable[str] = (), *, measures: bool = False) -> DownloadedPolicy:
        """Returns the model's current file, without its content if it is one of `known` (SHA-256).

        With `measures`, Clew will store the result of the evaluation. Raises PolicyGone if it no longer exists,
        PolicyRefused if it cannot be a policy, and Conflict if Clew does not have it.
        """
        path = f"/api/models/{quote(model_id, safe='')}/policy"
        tags = ", ".join(f'"{one}"' for one in known)
        headers = ({"If-None-Match": tags} if tags else {}) | ({MEASURING_HEADER: "1"} if measures else {})
        answer = self._call(path, headers, MAX_BYTES)
        if answer.status == 304:
            return DownloadedPolicy(answer.headers.get("ETag", "").strip('"'), None)
        if answer.status == 200:
            return DownloadedPolicy(hashlib.sha256(answer.content).hexdigest(), answer.content)
        reason = _reason(answer)
        if answer.status == 404 or (answer.status == 422 and _cause_in(reason) in _GONE):
            raise PolicyGone(model_id[:40], reason)
        raise PolicyRefused(reason) if answer.status == 422 else _refusal(answer)

    def _read(self, shape: type[T], path: str) -> T:
        answer = self._call(path, {}, _MAX_JSON_BYTES)
        if answer.status != 200:
            raise _refusal(answer)
        try:
            return shape.model_validate_json(answer.content)
        except ValidationError as error:
            raise BadResponse(SERVICE, *misfit_of(error)) from error

    def _call(self, path: str, headers: dict[str, str], most_bytes: int) -> Answer:
        ends = time.monotonic() + self._seconds
        if not self._free.acquire(timeout=self._seconds):
            raise AskedTooMuch(SERVICE)
        try:
            seconds = max(0.0, ends - time.monotonic())
            return self._service.exchange(
                "GET",
                path,
                headers=headers,
                deadline_seconds=seconds,
                most_bytes=most_bytes,
                is_file=most_bytes > _MAX_JSON_BYTES,
            )
        except ServiceUnavailable as error:
            raise _with_address(error, self._service.url) from error
        finally:
            self._free.release()


def _with_address(error: ServiceError, url: str) -> ServiceError:
    """Returns the failure, with the address that was tried.

    A viewer cannot know which Clew this engine uses.
    """
    if isinstance(error, NotAsked):
        return NotAsked(SERVICE, _with_address(error.reason, url))
    if isinstance(error, TimedOut):
        return TimedOutAt(SERVICE, url)
    if isinstance(error, ProxyFailed | CertificateRefused):
        return error
    return UnreachableAt(SERVICE, url)


def _refusal(answer: Answer) -> ClewError:
    if answer.status == 404:
        return NotFoundThere(_reason(answer))
    if answer.status == 409:
        return ConflictThere(_reason(answer))
    if answer.status >= 500 or answer.status == 429:
        return AnsweredReason(SERVICE, _reason(answer), answer.status)
    if answer.status >= 400:
        return RefusedThere(SERVICE, _reason(answer))
    return BadResponse(SERVICE, "status", UnexpectedStatus(answer.status))


def _cause_in(reason: Reason) -> str:
    """Returns the code in a refusal of Clew; without codes, that of a missing file."""
    value = reason.json_value
    inner = value.get("params", {}).get("reason", {})
    return str(inner.get("code", FileMissing.code)) if isinstance(inner, dict) else FileMissing.code


def _reason(answer: Answer) -> Reason:
    """Returns why an answer is no success.

    By its code if it has one, else its message, without the full stop, since ours continues.
    """
    try:
        sentence = _Failure.model_validate_json(answer.content).error
    except ValidationError:
        return NoReasonFor(answer.status)
    return message_in(orjson.loads(answer.content), sentence)
