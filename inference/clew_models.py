"""The team's models as a Clew's API tells of them, whatever keeps them behind it."""

import hashlib
import threading
import time
from collections.abc import Iterable
from http.client import HTTPException
from typing import Annotated, Any, Final, NamedTuple, TypeVar
from urllib.parse import quote

import requests
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from domain.errors import BadInput, BadResponse, ClewError, Conflict, NotFound, PolicyGone, ServiceUnavailable
from domain.inference.policies import MOST_BYTES
from domain.registry.models import LONGEST_ID, as_text

SERVICE: Final = "Clew"
CALL_SECONDS: Final = 10.0

_CONNECT_SECONDS: Final = 3.0
_MOST_JSON_BYTES: Final = 2**22
_AT_ONCE: Final = 4  # the dashboard has other things to do
_CHUNK: Final = 2**16
T = TypeVar("T", bound=BaseModel)


class ClewModel(BaseModel):
    """What the engine has to know of a model; `env_id` and `run_id` are more than the contract promises."""

    id: Annotated[str, BeforeValidator(as_text), Field(min_length=1, max_length=LONGEST_ID)]
    env_id: str | None = None
    run_id: str | None = None


class PolicyFile(NamedTuple):
    """A model's file by its SHA-256; `content` is None where whoever asked has it."""

    sha256: str
    content: bytes | None


class _Run(BaseModel):
    params: dict[str, str] = {}


class _Failure(BaseModel):
    error: str


class _Answer(NamedTuple):
    status: int
    content: bytes
    etag: str


class ClewModels:
    """A Clew at `url`. Every call ends in ten seconds, and raises a ServiceError where Clew does not do its part."""

    def __init__(self, url: str, seconds: float = CALL_SECONDS) -> None:
        self._url = url
        self._seconds = seconds
        self._free = threading.BoundedSemaphore(_AT_ONCE)

    def active(self) -> ClewModel | None:
        """The active model, if there is one."""
        try:
            return self._read(ClewModel, "/api/models/active")
        except NotFound:
            return None

    def get(self, model_id: str) -> ClewModel:
        """One model; raises NotFound."""
        return self._read(ClewModel, f"/api/models/{quote(model_id, safe='')}")

    def maze_seed(self, run_id: str) -> int | None:
        """The seed of the maze that a run trained on; None where nobody knows any more."""
        try:
            seed = self._read(_Run, f"/api/runs/{quote(run_id, safe='')}").params.get("maze_seed", "")
        except NotFound:
            return None
        return int(seed) if seed.isascii() and seed.isdigit() and len(seed) < 16 else None

    def policy(self, model_id: str, known: Iterable[str] = ()) -> PolicyFile:
        """The model's file as it is now, without its content where it is one of `known` (SHA-256).

        Raises PolicyGone where it is not there any more, and Conflict where Clew does not have it.
        """
        path = f"/api/models/{quote(model_id, safe='')}/policy"
        tags = ", ".join(f'"{one}"' for one in known)
        answer = self._call(path, {"If-None-Match": tags} if tags else {}, MOST_BYTES)
        if answer.status == 304:
            return PolicyFile(answer.etag, None)
        if answer.status == 200:
            return PolicyFile(hashlib.sha256(answer.content).hexdigest(), answer.content)
        if answer.status in (404, 422):
            raise PolicyGone(f"The model's file is gone ({model_id[:40]}): {_said(answer)}")
        raise _refusal(answer)

    def _read(self, shape: type[T], path: str) -> T:
        answer = self._call(path, {}, _MOST_JSON_BYTES)
        if answer.status != 200:
            raise _refusal(answer)
        try:
            return shape.model_validate_json(answer.content)
        except ValidationError as error:
            first = error.errors()[0]
            raise BadResponse(SERVICE, ".".join(map(str, first["loc"])) or "body", first["msg"]) from error

    def _call(self, path: str, headers: dict[str, str], most_bytes: int) -> _Answer:
        ends = time.monotonic() + self._seconds
        if not self._free.acquire(timeout=self._seconds):
            raise ServiceUnavailable(SERVICE, "is being asked too much; try again")
        try:
            with requests.Session() as http:
                http.trust_env = False  # a proxy in the environment is not for the team's own services
                with http.get(
                    self._url + path,
                    headers={"Connection": "close", "Accept-Encoding": "identity"} | headers,
                    timeout=(_CONNECT_SECONDS, self._seconds),
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    content = _content(response, ends, most_bytes)
                    return _Answer(response.status_code, content, response.headers.get("ETag", "").strip('"'))
        except (requests.RequestException, HTTPException, OSError) as error:
            cause = (
                "did not answer in time" if isinstance(error, requests.Timeout | TimeoutError) else "cannot be reached"
            )
            raise ServiceUnavailable(SERVICE, f"{cause} at {self._url}") from error
        finally:
            self._free.release()


def _content(response: requests.Response, ends: float, most_bytes: int) -> bytes:
    content = bytearray()
    # read1 returns what has come; requests' own iterators wait for a whole chunk, so a drip would outlive the deadline.
    raw: Any = response.raw
    while chunk := raw._original_response.read1(_CHUNK):
        content += chunk
        if time.monotonic() > ends:
            raise TimeoutError
        if len(content) > most_bytes:
            raise BadResponse(SERVICE, "body", f"longer than {most_bytes >> 20} MiB")
    return bytes(content)


def _refusal(answer: _Answer) -> ClewError:
    if answer.status == 404:
        return NotFound(_said(answer))
    if answer.status == 409:
        return Conflict(_said(answer))
    if answer.status >= 500 or answer.status == 429:
        return ServiceUnavailable(SERVICE, f"{_said(answer).removesuffix('.')} (HTTP {answer.status})")
    if answer.status >= 400:
        return BadInput(f"{SERVICE}: {_said(answer)}")
    return BadResponse(SERVICE, "status", f"HTTP {answer.status} was not expected")


def _said(answer: _Answer) -> str:
    """The sentence of an answer that is no success."""
    try:
        return _Failure.model_validate_json(answer.content).error
    except ValidationError:
        return f"It answered HTTP {answer.status} without a reason."
