"""One way to call a JSON service: a deadline, named errors, nothing else."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from http.client import HTTPException, IncompleteRead
from typing import Any

import orjson
import requests
from requests.auth import AuthBase, HTTPBasicAuth

from domain.errors import (
    AccessDenied,
    BadInput,
    BadResponse,
    Conflict,
    NotAsked,
    NotFound,
    OutcomeUnknown,
    ServiceUnavailable,
)
from transport.circuit_breaker import Circuit
from transport.deadline import session_until

CONNECT_SECONDS = 3.0
READ_SECONDS = 15.0
MAX_BYTES = 256 * 2**20
_CHUNK = 2**16


class BearerAuth(AuthBase):
    """Sends a token as MLflow's own client does."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class JsonService:
    """A JSON service at `url` under the name that its errors show."""

    def __init__(self, name: str, url: str, auth: AuthBase | HTTPBasicAuth | None = None) -> None:
        self.name = name
        self.url = url
        self._auth = auth
        self._circuit = Circuit(name, _NEVER_SENT)

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: object = None,
        deadline_seconds: float = 60.0,
        writes: bool = False,
    ) -> Any:
        """Sends one request and returns the decoded JSON, None for an empty answer.

        The whole exchange ends within `deadline_seconds`, also when the service drips a byte a second. Raises a
        `ServiceError`, `NotFound` (404), `Conflict` (409) or `BadInput` (400, 422), in the service's own words where it
        has any; and where the call `writes` something and nothing came back, `OutcomeUnknown`.
        """
        body_bytes = None if body is None else orjson.dumps(body)
        status, content = self._exchange(method, path, params, body_bytes, deadline_seconds, MAX_BYTES, writes=writes)
        if writes and status in _GATEWAY:
            raise OutcomeUnknown(self.name, f"answered HTTP {status}")
        return self._decode(status, content)

    def download(self, path: str, *, params: Mapping[str, Any], most_bytes: int, deadline_seconds: float) -> bytes:
        """One file of at most `most_bytes`; errors as of `call`."""
        status, content = self._exchange("GET", path, params, None, deadline_seconds, most_bytes)
        if status != 200:
            self._decode(status, content)
        return content

    def _exchange(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None,
        body: bytes | None,
        deadline_seconds: float,
        most_bytes: int,
        *,
        writes: bool = False,
    ) -> tuple[int, bytes]:
        # A write is silent for as long as its work takes: to leave early is not to know what became of it.
        patience = deadline_seconds if writes else min(READ_SECONDS, deadline_seconds)
        ends = time.monotonic() + deadline_seconds
        sending = partial(
            requests.Session.request,
            method=method,
            url=self.url + path,
            params=params,
            data=body,
            # Keep-alive costs 42 ms a request against an MLflow with several workers (Nagle and delayed ACK).
            headers={"Connection": "close", "Content-Type": "application/json", "Accept-Encoding": "identity"},
            auth=self._auth,
            timeout=(min(CONNECT_SECONDS, deadline_seconds), patience),
            stream=True,
        )
        try:
            with self._circuit.call():
                return self._answered(sending, ends, most_bytes)
        except NotAsked:
            raise
        except ServiceUnavailable as error:
            if writes and error.cause not in _NEVER_SENT:
                raise OutcomeUnknown(self.name, error.cause) from error
            raise

    def _answered(
        self, sending: Callable[[requests.Session], requests.Response], ends: float, most_bytes: int
    ) -> tuple[int, bytes]:
        """Raises `ServiceUnavailable` where no whole answer came in time."""
        try:
            with session_until(ends) as session, sending(session) as response:
                content = self._read(response, most_bytes)
            if time.monotonic() >= ends:  # an answer without an announced length ends where it was cut
                raise ServiceUnavailable(self.name, _NOT_IN_TIME)
            return response.status_code, content
        except (requests.RequestException, HTTPException, OSError) as error:
            cause = _NOT_IN_TIME if time.monotonic() >= ends else _cause(error)
            raise ServiceUnavailable(self.name, cause) from error

    def _read(self, response: requests.Response, most_bytes: int) -> bytes:
        announced = response.headers.get("Content-Length", "")
        if announced.isdigit() and int(announced) > most_bytes:
            raise BadResponse(self.name, "body", f"longer than {most_bytes >> 20} MiB")
        content = bytearray()
        for chunk in response.iter_content(_CHUNK):
            content += chunk
            if len(content) > most_bytes:
                raise BadResponse(self.name, "body", f"longer than {most_bytes >> 20} MiB")
        if announced.isdigit() and len(content) < int(announced):
            raise IncompleteRead(bytes(content))
        return bytes(content)

    def _decode(self, status: int, content: bytes) -> Any:
        if status in (401, 403):
            raise AccessDenied(self.name, f"refused our credentials (HTTP {status})")
        if status >= 500 or status == 429:
            raise ServiceUnavailable(self.name, f"answered HTTP {status}")
        if status < 300 and not content:
            return None
        try:
            answer = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise BadResponse(self.name, "body", f"is not JSON (HTTP {status}): {_excerpt(content)}") from error
        if status == 404:
            raise NotFound(_message(answer))
        if status == 409:
            raise Conflict(_message(answer))
        if status >= 400:
            raise BadInput(f"{self.name}: {_message(answer)}")
        return answer


_NOT_IN_TIME = "did not answer in time"
_REFUSED, _NO_HOST = "refused the connection", "its host name is not known"
_NO_CERTIFICATE, _NO_CONNECTION = "its certificate was not accepted", "did not accept the connection in time"
# What a proxy says when the service behind it did not answer: it may have done what it was asked.
_GATEWAY = (502, 504)
# With these a request never left.
_NEVER_SENT = (_REFUSED, _NO_HOST, _NO_CERTIFICATE, _NO_CONNECTION)


def _cause(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return _NO_CERTIFICATE
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return _NO_CONNECTION
    if isinstance(error, requests.exceptions.Timeout | TimeoutError):
        return _NOT_IN_TIME
    if isinstance(error, IncompleteRead | requests.exceptions.ChunkedEncodingError):
        return "broke off its answer"
    if "refused" in str(error):
        return _REFUSED
    if "resolve" in str(error) or "Name or service" in str(error):
        return _NO_HOST
    return f"connection failed ({type(error).__name__})"


def _message(answer: object) -> str:
    if not isinstance(answer, dict):
        return "no reason given"
    said = str(answer.get("message") or answer.get("error") or "no reason given")
    details = answer.get("details")
    return f"{said}: {details}" if details and isinstance(details, str) else said


def _excerpt(content: bytes) -> str:
    return repr(content[:60].decode("utf-8", "replace"))
