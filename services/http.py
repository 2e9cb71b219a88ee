"""One way to call a JSON service: a deadline, named errors, nothing else."""

import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

import orjson
import requests
from requests.auth import AuthBase, HTTPBasicAuth

from domain.errors import AccessDenied, BadInput, BadResponse, NotFound, ServiceUnavailable

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

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: object = None,
        deadline_seconds: float = 60.0,
    ) -> Any:
        """Sends one request and returns the decoded JSON.

        The whole exchange ends within `deadline_seconds`, also when the service drips a byte a second.
        Raises a `ServiceError`, `NotFound` (404) or `BadInput` (400, 422), in the service's own words where it has any.
        """
        ends = time.monotonic() + deadline_seconds
        try:
            with requests.request(
                method,
                self.url + path,
                params=params,
                data=None if body is None else orjson.dumps(body),
                # Keep-alive costs 42 ms a request against an MLflow with several workers (Nagle and delayed ACK).
                headers={"Connection": "close", "Content-Type": "application/json", "Accept-Encoding": "identity"},
                auth=self._auth,
                timeout=(min(CONNECT_SECONDS, deadline_seconds), min(READ_SECONDS, deadline_seconds)),
                stream=True,
            ) as response:
                content = self._read(response, ends)
        except (requests.RequestException, HTTPException, OSError) as error:
            raise ServiceUnavailable(self.name, _cause(error)) from error
        return self._decode(response.status_code, content)

    def _read(self, response: requests.Response, ends: float) -> bytes:
        content = bytearray()
        # read1 returns what has come; requests' own iterators wait for a whole chunk: a drip outlives the deadline.
        while chunk := response.raw._original_response.read1(_CHUNK):
            content += chunk
            if time.monotonic() > ends:
                raise ServiceUnavailable(self.name, "did not finish its answer in time")
            if len(content) > MAX_BYTES:
                raise BadResponse(self.name, "body", f"longer than {MAX_BYTES >> 20} MiB")
        return bytes(content)

    def _decode(self, status: int, content: bytes) -> Any:
        if status in (401, 403):
            raise AccessDenied(self.name, f"refused our credentials (HTTP {status})")
        if status >= 500 or status == 429:
            raise ServiceUnavailable(self.name, f"answered HTTP {status}")
        try:
            answer = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise BadResponse(self.name, "body", f"is not JSON (HTTP {status}): {_excerpt(content)}") from error
        if status == 404:
            raise NotFound(_message(answer))
        if status >= 400:
            raise BadInput(f"{self.name}: {_message(answer)}")
        return answer


def _cause(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate was not accepted"
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "did not accept the connection in time"
    if isinstance(error, requests.exceptions.Timeout | TimeoutError):
        return "did not answer in time"
    if "refused" in str(error):
        return "refused the connection"
    if "resolve" in str(error) or "Name or service" in str(error):
        return "its host name is not known"
    return f"connection failed ({type(error).__name__})"


def _message(answer: object) -> str:
    if isinstance(answer, dict):
        return str(answer.get("message") or answer.get("error") or "no reason given")
    return "no reason given"


def _excerpt(content: bytes) -> str:
    return repr(content[:60].decode("utf-8", "replace"))
