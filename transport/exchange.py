"""One HTTP request and its whole answer, within a deadline and a size limit, through the proxy for the address."""

import os
import time
from collections.abc import Callable, Mapping
from http.client import IncompleteRead
from typing import Any, BinaryIO, Final, NamedTuple

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from domain.addresses import leads_to_loopback
from domain.errors import BadResponse, Name, ServiceUnavailable
from domain.errors.answers import TooLong
from domain.errors.connections import CredentialsRefused, ProxyFailed, TimedOut
from transport.deadline import DeadlineSession, session_until
from transport.failures import RAISED, failure_of
from transport.opened import Answer, OpenAnswer

CONNECT_SECONDS: Final = 3.0
_CHUNK: Final = 2**16
Auth = AuthBase | HTTPBasicAuth | None
Take = Callable[[bytes], None]


class Request(NamedTuple):
    """The request; `url` contains no credentials. An open file is sent from its current position."""

    method: str
    url: str
    headers: Mapping[str, str]
    params: Mapping[str, Any] | None = None
    body: bytes | BinaryIO | None = None


class Limits(NamedTuple):
    """`ends` is of time.monotonic(); `read_seconds` the longest allowed silence of the service."""

    ends: float
    read_seconds: float
    most_bytes: int


class Sender:
    """Sends requests to one service, with `auth`.

    Loopback addresses, and all if `direct`, are reached without a proxy and without ~/.netrc; for others both apply
    as in requests, but `auth` takes precedence over ~/.netrc.
    """

    def __init__(self, service: Name, auth: Auth, *, direct: bool) -> None:
        self._service = service
        self._auth = auth
        self._direct = direct

    def send(self, request: Request, limits: Limits, take: Take | None = None) -> Answer:
        """Sends it once, without following redirects; with status 200 each piece goes to `take` instead of the
        answer.

        Raises a `ServiceUnavailable` by type if no complete answer came in time, and `BadResponse` for one too long.
        """
        with session_until(limits.ends) as session:
            session.trust_env = not (self._direct or leads_to_loopback(request.url))
            try:
                return self._answer(session, request, limits, take)
            except RAISED as error:
                raise self._failure(error, session, limits) from error

    def open(self, request: Request, limits: Limits) -> OpenAnswer:
        """Sends it once, and returns the head of its answer, which the caller has to close. Raises as `send`."""
        session = DeadlineSession()
        session.trust_env = not (self._direct or leads_to_loopback(request.url))
        try:
            with session.connection.cut_at(limits.ends):
                response = self._begin(session, request, limits)
        except RAISED as error:
            session.close()
            raise self._failure(error, session, limits) from error
        proxy = session.connection.proxy if request.url.lower().startswith("http:") else None
        return OpenAnswer(self._service, session, response, proxy, limits.read_seconds)

    def _answer(self, session: DeadlineSession, request: Request, limits: Limits, take: Take | None) -> Answer:
        content = bytearray()
        with self._begin(session, request, limits) as response:
            self._read(response, limits.most_bytes, take if take and response.status_code == 200 else content.extend)
        if time.monotonic() >= limits.ends:  # an answer without announced length ends where it was cut
            raise TimedOut(self._service)
        proxy = session.connection.proxy if request.url.lower().startswith("http:") else None
        if response.status_code == 407 and proxy is not None:
            denied = CredentialsRefused(proxy, 407)
            raise ProxyFailed(self._service, proxy, denied)
        return Answer(response.status_code, response.headers, bytes(content), proxy)

    def _begin(self, session: DeadlineSession, request: Request, limits: Limits) -> requests.Response:
        seconds = max(0.001, limits.ends - time.monotonic())
        return session.request(
            request.method,
            request.url,
            params=request.params,
            data=request.body,
            # Keep-alive costs 42 ms per request with an MLflow of several workers (Nagle and delayed ACK).
            headers={"Connection": "close", "Accept-Encoding": "identity", **request.headers},
            auth=self._auth,
            timeout=(min(CONNECT_SECONDS, seconds), min(limits.read_seconds, seconds)),
            # The same as in requests when it trusts the environment: a team's own authority may have signed
            # loopback's, too.
            verify=os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True,
            stream=True,
        )

    def _read(self, response: requests.Response, most_bytes: int, take: Take) -> None:
        # With 304 it is the length of a body that is not sent.
        announced = response.headers.get("Content-Length", "") if response.status_code != 304 else ""
        if announced.isdigit() and int(announced) > most_bytes:
            raise BadResponse(self._service, "body", TooLong(most_bytes >> 20))
        length = 0
        for chunk in response.iter_content(_CHUNK):
            length += len(chunk)
            if length > most_bytes:
                raise BadResponse(self._service, "body", TooLong(most_bytes >> 20))
            take(chunk)
        if announced.isdigit() and length < int(announced):
            raise IncompleteRead(b"", int(announced) - length)

    def _failure(self, error: Exception, session: DeadlineSession, limits: Limits) -> ServiceUnavailable:
        way = session.connection
        if time.monotonic() >= limits.ends:
            return TimedOut(self._service, was_sent=way.is_connected)
        return failure_of(error, self._service, is_connected=way.is_connected, proxy=way.proxy)
