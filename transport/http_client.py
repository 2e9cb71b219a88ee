"""Calls JSON services: with a deadline and named errors."""

import time
from collections.abc import Mapping
from functools import partial
from typing import Any, BinaryIO, NamedTuple

import orjson

from domain.addresses import credentials_in, without_credentials
from domain.errors import Name, ServiceUnavailable
from domain.errors.connections import OutcomeUnknown
from transport.circuit_breaker import CircuitBreaker
from transport.credentials import basic_auth
from transport.decoding import decoded, unavailable
from transport.exchange import Auth, Limits, Request, Sender, Take
from transport.opened import Answer, OpenAnswer
from transport.redirects import follow

READ_SECONDS = 15.0
MAX_BYTES = 256 * 2**20
# What a proxy answers if the service behind it did not: the service may have processed the request.
_GATEWAY = (502, 504)


class Download(NamedTuple):
    """A file's content, None if the caller has it, and the server's ETag of this version, if any."""

    content: bytes | None
    etag: str | None


class JsonService:
    """A JSON service, with the name for its errors; `url` is safe to show.

    Name and password in the given address become the request's credentials, unless `auth` is set. If it is `direct`,
    it runs on this machine, and no proxy is used, as always for loopback addresses.
    """

    def __init__(self, name: Name, url: str, auth: Auth = None, *, direct: bool = False) -> None:
        self.name = name
        self.url = without_credentials(url)
        self._sender = Sender(name, auth or basic_auth(credentials_in(url)), direct=direct)
        self._circuit = CircuitBreaker(name)
        # Files may be slow for reasons of their own, which says nothing about other requests.
        self._file_circuit = CircuitBreaker(name)

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        deadline_seconds: float = 60.0,
        writes: bool = False,
    ) -> Any:
        """Sends one request and returns the decoded JSON, None for an empty answer.

        The whole exchange ends within `deadline_seconds`, even if the service sends a byte a second. Raises a
        `ServiceError`, `NotFound` (404), `Conflict` (409) or `BadInput` (400, 422), with the service's own reason if
        it sends one; and if the call `writes` something and no answer came, `OutcomeUnknown`.
        """
        body_bytes = None if body is None else orjson.dumps(body)
        answer = self.exchange(
            method,
            path,
            params=params,
            headers=headers,
            body=body_bytes,
            deadline_seconds=deadline_seconds,
            writes=writes,
        )
        if writes and answer.status in _GATEWAY:
            raise OutcomeUnknown(self.name, unavailable(self.name, answer))
        return self.decode(answer)

    def download(
        self,
        path: str,
        *,
        params: Mapping[str, Any],
        most_bytes: int,
        deadline_seconds: float,
        known_etag: str | None = None,
    ) -> Download:
        """Returns one file of at most `most_bytes`, without its content if `known_etag` is still current.

        Errors as of `call`. A file that is too long is a `BadResponse` whose misfit is `TooLong`.
        """
        headers = {"If-None-Match": known_etag} if known_etag else {}
        answer = self.exchange(
            "GET",
            path,
            params=params,
            headers=headers,
            deadline_seconds=deadline_seconds,
            most_bytes=most_bytes,
            is_file=True,
        )
        if answer.status == 304 and known_etag:
            return Download(None, known_etag)
        if answer.status != 200:
            self.decode(answer)
        return Download(answer.content, answer.headers.get("ETag"))

    def exchange(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | BinaryIO | None = None,
        deadline_seconds: float = 60.0,
        most_bytes: int = MAX_BYTES,
        writes: bool = False,
        is_file: bool = False,
        is_silent: bool = False,
        take: Take | None = None,
    ) -> Answer:
        """Sends one request and returns the whole answer, whatever its status; only reads follow a redirect.

        With status 200 `take` gets each piece as it comes, and must not raise OSError; the returned answer is empty
        then. Files and other requests have separate circuit breakers. If the service `is_silent` until its answer is
        complete, it may be silent for all of `deadline_seconds`. Raises a `ServiceError` if there is no answer, and
        `OutcomeUnknown` if the call `writes` and was sent.
        """
        # A write is silent for as long as its work takes: giving up early would leave its outcome unknown.
        patience = deadline_seconds if writes or is_silent else min(READ_SECONDS, deadline_seconds)
        limits = Limits(time.monotonic() + deadline_seconds, patience, most_bytes)
        request = Request(
            method, self.url + path, {"Content-Type": "application/json", **(headers or {})}, params, body
        )
        try:
            with (self._file_circuit if is_file else self._circuit).call():
                return follow(partial(self._sender.send, limits=limits, take=take), request, self.name, writes=writes)
        except ServiceUnavailable as error:
            if writes and error.was_sent:
                raise OutcomeUnknown(self.name, error) from error
            raise

    def decode(self, answer: Answer) -> Any:
        """Returns the JSON of an answer, None for an empty one; errors as of `call`."""
        return decoded(self.name, answer)

    def open(
        self,
        path: str,
        *,
        params: Mapping[str, Any],
        headers: Mapping[str, str],
        deadline_seconds: float,
    ) -> OpenAnswer:
        """Returns the head of the answer to a GET, whose body is read piece by piece; it has to be closed.

        The head has to come within `deadline_seconds`, and so does each piece. Errors as of `exchange`; any status is
        returned.
        """
        limits = Limits(time.monotonic() + deadline_seconds, deadline_seconds, MAX_BYTES)
        request = Request("GET", self.url + path, headers, params)
        with self._file_circuit.call():
            return follow(partial(self._sender.open, limits=limits), request, self.name, writes=False)
