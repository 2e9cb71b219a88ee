"""Declares on a view the inputs, answers and failures of its operation, and enforces the declaration."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, Generic, TypeVar, get_args, get_origin, get_type_hints

from flask import Flask, Response, request
from pydantic import BaseModel
from werkzeug.routing import Rule

from domain.errors import ClewError
from domain.errors.requests import BodyNotJson, ContractMisfit, NotSentAsJson, RequestTooLong
from serving.operations.wire import answer, body_as, query_as

T = TypeVar("T")
View = Callable[..., Any]
_OF_QUERIES: Final = (ContractMisfit,)
_OF_BODIES: Final = (BodyNotJson, RequestTooLong, NotSentAsJson, ContractMisfit)
_DECLARED: Final = "operation"
UNDECLARED: Final = "a failure that its operation does not declare"
"""The message of the log about a failure that no document names; tests look for it."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WithHeaders(Generic[T]):
    """The response of a view that sets headers."""

    body: T
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Operation:
    """The declaration of a view.

    `answers` is the type of a JSON response, `files` are other content types of a response; without both it has no
    body. `also` are other statuses that are not failures. An entry of `errors` is a failure class with a code, or a
    base class: then all its subclasses that have its status.
    """

    summary: str
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    answers: Any
    files: tuple[str, ...]
    status: int
    also: Mapping[int, str]
    headers: Mapping[str, str]
    errors: tuple[type[ClewError], ...]

    def declares(self, error: ClewError) -> bool:
        """Returns whether the operation declares this failure."""
        return isinstance(error, self.errors) and error.status in {kind.status for kind in self.errors}

    def taken(self) -> dict[str, BaseModel]:
        """Returns query and body of the request, by the names of the view's parameters; raises `RequestRefused`."""
        query = {} if self.query is None else {"query": query_as(self.query)}
        return query if self.body is None else {**query, "body": body_as(self.body)}

    def answer(self, given: object) -> Response:
        """Returns the response for the view's return value."""
        if isinstance(given, Response):
            return given
        if isinstance(given, WithHeaders):
            response = self.answer(given.body)
            response.headers.update(given.headers)
            return response
        return Response(status=self.status) if self.answers is None else answer(self.answers, given, self.status)


def operation(
    *errors: type[ClewError],
    status: int = 200,
    answers: Any = None,
    files: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
    also: Mapping[int, str] | None = None,
) -> Callable[[View], Callable[..., Response]]:
    """Declares a view by its failures, its docstring, and the types of `query`, `body` and its return value.

    The view is called with query and body as these types. `answers` is for a view that returns a `Response`.
    """

    def declare(view: View) -> Callable[..., Response]:
        hints, given = get_type_hints(view), answers
        if given is None and not files:
            given = _answered(hints["return"])
        query, body = hints.get("query"), hints.get("body")
        taking = (*(_OF_QUERIES if query else ()), *(_OF_BODIES if body else ()))
        declared = Operation(
            summary=_summary(view),
            query=query,
            body=body,
            answers=given,
            files=files,
            status=status,
            also=also or {},
            headers=headers or {},
            errors=(*errors, *taking),
        )

        @wraps(view)
        def answered(**in_path: str) -> Response:
            try:
                return declared.answer(view(**in_path, **declared.taken()))
            except ClewError as error:
                if not declared.declares(error):
                    seen = {"rule": str(request.url_rule), "method": request.method, "kind": type(error).__name__}
                    log.warning(UNDECLARED, extra=seen)
                raise

        setattr(answered, _DECLARED, declared)
        return answered

    return declare


def operation_of(view: View) -> Operation | None:
    """Returns the declaration of a view, None if there is none."""
    return getattr(view, _DECLARED, None)


def check_declared(server: Flask, is_public: Callable[[Rule], bool] = lambda rule: not rule.websocket) -> None:
    """Raises a TypeError if one of these routes has no declaration."""
    rules = filter(is_public, server.url_map.iter_rules())
    bare = [rule.rule for rule in rules if operation_of(server.view_functions[rule.endpoint]) is None]
    if bare:
        raise TypeError(f"these routes declare no operation: {', '.join(bare)}")


def _summary(view: View) -> str:
    summary = (view.__doc__ or "").strip().partition("\n")[0]
    if not summary:
        raise TypeError(f"{view.__qualname__} has no docstring, which is what its operation is called")
    return summary.removesuffix(".")


def _answered(returned: Any) -> Any:
    """Returns the type of the response's body, None if it has no body.

    Raises a TypeError for a `Response` without a declared type.
    """
    kind = get_args(returned)[0] if get_origin(returned) is WithHeaders else returned
    if kind is Response:
        raise TypeError("a view that returns a response has to declare `answers` or `files`")
    return None if kind is type(None) else kind
