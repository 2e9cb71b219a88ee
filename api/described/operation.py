"""One operation of the API, as docs/openapi.yaml tells it."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

# Failures of whatever reads from a store behind, and of whatever changes something there.
STORE: Final = (502, 503)
WRITE: Final = (401, 403, 502, 503, 504)
AS_OF: Final = {"X-As-Of": "When MLflow told this."}


class Operation(NamedTuple):
    """One method of one address: `answers` None is no body, bytes a file; `failures` is what else may come.

    `kinds` are the schemas of the query's parameters that are no single text.
    `files` are other kinds in which the same may be had.
    """

    method: str
    path: str
    summary: str
    answers: Any
    failures: tuple[int, ...] = ()
    body: Any = None
    query: Mapping[str, str] = {}
    required: frozenset[str] = frozenset()
    status: int = 200
    headers: Mapping[str, str] = {}
    kinds: Mapping[str, Any] = {}
    files: tuple[str, ...] = ()
