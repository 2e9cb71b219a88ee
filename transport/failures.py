"""What became of a request, by the type of what urllib3 (1.26 or 2) or requests raised, never by its English."""

import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPException, IncompleteRead

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError, ReadTimeoutError
from urllib3.exceptions import HTTPError as Urllib3Error

from domain.errors import Name, ServiceUnavailable
from domain.errors.connections import (
    AnswerBrokenOff,
    CertificateRefused,
    ConnectionFailed,
    ConnectionRefused,
    ConnectTimedOut,
    HostUnknown,
    PassingRefused,
    ProxyFailed,
    TimedOut,
)

# A part of an address that no host can have is found by the encoding of names, as a UnicodeError.
RAISED = (requests.RequestException, Urllib3Error, HTTPException, OSError, UnicodeError)


def failure_of(error: Exception, service: Name, *, is_connected: bool, proxy: str | None) -> ServiceUnavailable:
    """Names what happened to a request of `service`; one that had no connection yet was not sent."""
    found = list(_causes(error))
    if is_connected:
        return _of_an_exchange(error, found, service)
    if proxy is None or not _is_of_the_proxy(found):
        return _of_a_connection(error, found, service)
    return ProxyFailed(service, proxy, _of_the_proxy(error, found, proxy))


def _of_an_exchange(error: Exception, found: list[BaseException], service: Name) -> ServiceUnavailable:
    if _has(found, requests.Timeout, ReadTimeoutError, TimeoutError):
        return TimedOut(service)
    if isinstance(error, IncompleteRead | requests.exceptions.ChunkedEncodingError):
        return AnswerBrokenOff(service)
    return ConnectionFailed(service, _kind(error))


def _of_a_connection(error: Exception, found: list[BaseException], service: Name) -> ServiceUnavailable:
    if _has(found, ConnectionRefusedError):
        return ConnectionRefused(service)
    if _has(found, socket.gaierror):
        return HostUnknown(service)
    if _has(found, ssl.SSLCertVerificationError):
        return CertificateRefused(service)
    if _has(found, requests.ConnectTimeout, TimeoutError):
        return ConnectTimedOut(service)
    return ConnectionFailed(service, _kind(error), was_sent=False)


def _of_the_proxy(error: Exception, found: list[BaseException], proxy: str) -> ServiceUnavailable:
    is_reached = _has(found, ProxyError) and not _has(found, NewConnectionError, ConnectTimeoutError)
    # http.client has a bare OSError without a number for a proxy that answers CONNECT with anything but 200.
    if is_reached and any(type(one) is OSError and one.errno is None for one in found):
        return PassingRefused(proxy)
    return _of_a_connection(error, found, proxy)


def _is_of_the_proxy(found: list[BaseException]) -> bool:
    """Returns whether the proxy failed: a certificate that fails is the service's, seen through the tunnel, unless it
    is said to be the proxy's.
    """
    return _has(found, ProxyError) or not _has(found, ssl.SSLError)


def _has(found: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(one, kinds) for one in found)


def _kind(error: Exception) -> str:
    # urllib3 1.26 calls whatever breaks a connection through a proxy its ProxyError, 2 does not.
    is_lost = isinstance(error, requests.exceptions.ProxyError)
    return "ConnectionError" if is_lost else type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yields an exception, and all that it says it comes from."""
    yield error
    links = [*error.args, error.__cause__, getattr(error, "reason", None), getattr(error, "original_error", None)]
    if isinstance(error, NewConnectionError):
        # 1.26 names its cause in words only. Of any other exception the context may be another call's: one is repeated
        # while the failure of the first is still being handled.
        links.append(error.__context__)
    for link in links:
        if isinstance(link, BaseException):
            yield from _causes(link)
