"""Declares on a view what its operation takes, answers and refuses; what is declared is what happens."""

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
from operations.wire import answer, body_as, query_as

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
    """What a view answers, where headers go with it."""

    body: T
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Operation:
    """What is declared of a view: `answers` is a type that pydantic writes, `files` other kinds in which it may come.

    Without `answers` and `files` there is no body. `also` are other statuses that are no failures. An entry of `errors`
    is a class of one code, or a kind: all of that kind which have its status.
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
        """Returns whether this is one of its failures."""
        return isinstance(error, self.errors) and error.status in {kind.status for kind in self.errors}

    def taken(self) -> dict[str, BaseModel]:
        """Returns what this request has for it, by the names of the view's parameters; raises what does not fit."""
        query = {} if self.query is None else {"query": query_as(self.query)}
        return query if self.body is None else {**query, "body": body_as(self.body)}

    def answer(self, given: object) -> Response:
        """Returns the response of what the view gave."""
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
    """Declares a view by its failures, its docstring, and the types of its answer and of `query` and `body`.

    It gets query and body as these types. `answers` is for a view that returns a `Response`.
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
    """Returns what is declared on a view; None where nothing is."""
    return getattr(view, _DECLARED, None)


def check_declared(server: Flask, is_public: Callable[[Rule], bool] = lambda rule: not rule.websocket) -> None:
    """Raises a TypeError where one of these routes does not declare what it takes, answers and refuses."""
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
    """Returns the type of the body, None where there is none.

    Raises a TypeError for a response of which nothing is said.
    """
    kind = get_args(returned)[0] if get_origin(returned) is WithHeaders else returned
    if kind is Response:
        raise TypeError("a view that returns a response has to declare `answers` or `files`")
    return None if kind is type(None) else kind
