"""Decodes a service's answer: its JSON, or an error by its status and message."""

from contextlib import suppress
from typing import Any

import orjson

from domain.errors import AccessDenied, BadResponse, Name, ServiceUnavailable
from domain.errors.answers import NoReason, NotJson, UnexpectedStatus
from domain.errors.connections import (
    AnsweredStatus,
    AnsweredStatusBecause,
    AnsweredStatusOrProxy,
    AnsweredStatusOrProxyBecause,
    CredentialsRefused,
    CredentialsRefusedOrByProxy,
)
from domain.errors.records import ConflictThere, NotFoundThere, RefusedThere, RefusedToUs
from domain.message_data import message_in
from domain.messages import Reason
from transport.opened import Answer
from transport.words import reason_in, reason_of


def decoded(service: Name, answer: Answer) -> Any:
    """Returns the JSON of an answer, None for an empty one; raises the errors of `JsonService.call`."""
    status, content = answer.status, answer.content
    if status in (401, 403):
        raise _refusal_of_ours(content) or _denied(service, status, answer.proxy)
    if status >= 500 or status == 429:
        raise unavailable(service, answer)
    if 300 <= status < 400:  # a list of choices, for example, but no answer
        raise BadResponse(service, "status", UnexpectedStatus(status))
    if status < 300 and not content:
        return None
    return _accepted(status, _parsed(service, status, content), service)


def _parsed(service: Name, status: int, content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BadResponse(service, "body", NotJson(status, _excerpt(content))) from error


def _accepted(status: int, answer: Any, service: Name) -> Any:
    if status == 404:
        raise NotFoundThere(_reason(answer))
    if status == 409:
        raise ConflictThere(_reason(answer))
    if status >= 400:
        raise RefusedThere(service, _reason(answer))
    return answer


def unavailable(service: Name, answer: Answer) -> ServiceUnavailable:
    """Returns the failure with the service's own reason, if it sent one.

    With plain HTTP, a proxy's answer looks the same.
    """
    status, proxy, reason = answer.status, answer.proxy, reason_in(answer.content)
    if reason is None:
        return AnsweredStatus(service, status) if proxy is None else AnsweredStatusOrProxy(service, status, proxy)
    if proxy is None:
        return AnsweredStatusBecause(service, status, reason)
    return AnsweredStatusOrProxyBecause(service, status, proxy, reason)


def _denied(service: Name, status: int, proxy: str | None) -> AccessDenied:
    return CredentialsRefused(service, status) if proxy is None else CredentialsRefusedOrByProxy(service, status, proxy)


def _refusal_of_ours(content: bytes) -> RefusedToUs | None:
    """Returns the code of the refusal if another process of Clew sent one; else None."""
    with suppress(orjson.JSONDecodeError):
        message = message_in(orjson.loads(content), "")
        return None if message.code is None else RefusedToUs(message)
    return None


def _reason(answer: object) -> Reason:
    """Returns the reason: by code if another Clew answers, else in the service's own words."""
    return reason_of(answer) or NoReason()


def _excerpt(content: bytes) -> str:
    return repr(content[:60].decode("utf-8", "replace"))
