"""Translates exceptions of urllib3 (1.26 or 2) and requests, by type, never by message."""

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

# An invalid part of a host name is detected by the name's encoding, as a UnicodeError.
RAISED = (requests.RequestException, Urllib3Error, HTTPException, OSError, UnicodeError)


def failure_of(error: Exception, service: Name, *, is_connected: bool, proxy: str | None) -> ServiceUnavailable:
    """Returns the failure of a request to `service`; without a connection, the request was not sent."""
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
    # http.client raises a bare OSError without a number if a proxy answers CONNECT with anything but 200.
    if is_reached and any(type(one) is OSError and one.errno is None for one in found):
        return PassingRefused(proxy)
    return _of_a_connection(error, found, proxy)


def _is_of_the_proxy(found: list[BaseException]) -> bool:
    """Returns whether the proxy failed.

    A certificate error is the service's, seen through the tunnel, unless it names the proxy.
    """
    return _has(found, ProxyError) or not _has(found, ssl.SSLError)


def _has(found: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(one, kinds) for one in found)


def _kind(error: Exception) -> str:
    # urllib3 1.26 raises ProxyError for any broken connection through a proxy, 2 does not.
    is_lost = isinstance(error, requests.exceptions.ProxyError)
    return "ConnectionError" if is_lost else type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yields an exception, and all of its causes."""
    yield error
    links = [*error.args, error.__cause__, getattr(error, "reason", None), getattr(error, "original_error", None)]
    if isinstance(error, NewConnectionError):
        # 1.26 has its cause only in the message. The context of any other exception may belong to another call: a
        # request may be repeated while the failure of the first is still being handled.
        links.append(error.__context__)
    for link in links:
        if isinstance(link, BaseException):
            yield from _causes(link)
