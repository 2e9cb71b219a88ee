"""One way to call a service: a deadline, named errors, nothing else."""

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
# What a proxy says when the service behind it did not answer: it may have done what it was asked.
_GATEWAY = (502, 504)


class Download(NamedTuple):
    """A file's content, None where the caller has it, and what its server calls this version of it, if anything."""

    content: bytes | None
    etag: str | None


class JsonService:
    """A JSON service under the name that its errors show; `url` as it may be shown.

    A name and a password in the address it is made with become the request's credentials, unless `auth` has others.
    Where it is `direct` it is this machine's own, and no proxy is asked for it; loopback addresses always are.
    """

    def __init__(self, name: Name, url: str, auth: Auth = None, *, direct: bool = False) -> None:
        self.name = name
        self.url = without_credentials(url)
        self._sender = Sender(name, auth or basic_auth(credentials_in(url)), direct=direct)
        self._circuit = CircuitBreaker(name)
        # A file takes long for reasons of its own, and says nothing of how all else is answered.
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

        The whole exchange ends within `deadline_seconds`, also when the service drips a byte a second. Raises a
        `ServiceError`, `NotFound` (404), `Conflict` (409) or `BadInput` (400, 422), in the service's own words where it
        has any; and where the call `writes` something and nothing came back, `OutcomeUnknown`.
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
        """Returns one file of at most `most_bytes`, without its content where it is still `known_etag`'s; errors as
        of `call`.

        One that is longer is a `BadResponse` whose misfit is `TooLong`.
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

        Of an answer 200 `take` gets each piece as it comes, and is to raise no OSError; the answer is returned empty.
        A service whose files do not come in time is still asked for all else, and the other way around. Where it
        `is_silent` until its answer is whole, it may be so for all of `deadline_seconds`.
        Raises a `ServiceError` where there is none, and `OutcomeUnknown` where the call `writes` and was sent.
        """
        # A write is silent for as long as its work takes: to leave early is not to know what became of it.
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
        """Returns the head of the answer to one GET, of which the body is still to be read, piece by piece; close it.

        Its head comes within `deadline_seconds`, and so does each piece. Errors as of `exchange`; whatever its status.
        """
        limits = Limits(time.monotonic() + deadline_seconds, deadline_seconds, MAX_BYTES)
        request = Request("GET", self.url + path, headers, params)
        with self._file_circuit.call():
            return follow(partial(self._sender.open, limits=limits), request, self.name, writes=False)
