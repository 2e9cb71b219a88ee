"""Caches the GPU history: the same span is read once for all viewers."""

import threading
import time
from typing import Final, NamedTuple, Protocol

from cachetools import LRUCache, TTLCache

from concurrency.single_flight import SingleFlight, has_ended
from domain.errors import ClewError, Name
from domain.errors.services import AnswerTooSlow
from domain.fleet.series import FleetHistory, HistorySource, Measure, Steps
from domain.fleet.spans import Span

_MAX_BYTES: Final = 256 * 2**20  # a week of a thousand GPUs is 40 MB
_MAX_FAILURES: Final = 64
_KEPT_SECONDS: Final = 300.0


class FleetHistorySource(Protocol):
    """A source of the history."""

    @property
    def source(self) -> HistorySource:
        """The kind of source."""

    @property
    def name(self) -> Name:
        """The source's name in failures."""

    @property
    def only_where_drawn(self) -> frozenset[Measure]:
        """The measures that are read only where they are drawn."""

    def read(self, steps: Steps, drawn: Measure | None = None) -> FleetHistory:
        """Returns the GPUs over a grid of steps; raises a `ClewError`."""


class HistoryView(NamedTuple):
    """The newest known history for a query, as of when (Unix ms), the last failure, and whether it is being read."""

    history: FleetHistory | None
    as_of_ms: int | None
    failure: ClewError | None
    is_pending: bool


class _Kept(NamedTuple):
    history: FleetHistory
    as_of_ms: int


class _CacheKey(NamedTuple):
    """A key of the cache: a span, or its steps, and the optional measure."""

    time: Span | Steps
    drawn: Measure | None


def _bytes(kept: _Kept) -> int:
    """Returns the memory of its columns, at most that of the whole cache, which then holds nothing else."""
    columns = sum(2 + len(one.columns) + len(one.uses) for one in kept.history.gpus)
    return min(_MAX_BYTES, columns * kept.history.steps.number * 8 + 1)


class FleetHistories:
    """The history cache for all threads of a worker."""

    def __init__(self, source: FleetHistorySource) -> None:
        self.source = source
        self.has_answered = False
        """Whether the source has ever answered."""
        self._flights: SingleFlight[_Kept] = SingleFlight("fleet-history")
        self._lock = threading.Lock()
        self._by_steps: TTLCache[_CacheKey, _Kept] = TTLCache(_MAX_BYTES, _KEPT_SECONDS, getsizeof=_bytes)
        self._by_question: LRUCache[_CacheKey, _Kept] = LRUCache(_MAX_BYTES, getsizeof=_bytes)
        self._failures: LRUCache[Span, ClewError] = LRUCache(_MAX_FAILURES)
        """The last failures: a viewer that asks after one starts the next reading, and would not see the failure
        otherwise.
        """

    def view(self, span: Span, wait_seconds: float, drawn: Measure | None = None) -> HistoryView:
        """Returns what is known after at most `wait_seconds`, with the drawn measure; reading continues in the
        background.

        Raises a `BadInput` for an invalid span.
        """
        steps = span.steps(_now_ms())
        drawn = drawn if drawn in self.source.only_where_drawn else None
        kept, failure, is_pending = self._kept(steps, drawn), None, False
        if kept is None:
            future = self._flights.join(_CacheKey(steps, drawn), lambda: self._read(span, steps, drawn))
            is_pending = not has_ended(future, wait_seconds)
            if is_pending:
                with self._lock:
                    failure = self._failures.get(span)
            else:
                try:
                    kept = future.result()
                except ClewError as error:
                    failure = error
        with self._lock:
            known = kept or self._by_question.get(_CacheKey(span, drawn))
        if known is None:
            return HistoryView(None, None, failure, is_pending)
        return HistoryView(known.history, known.as_of_ms, failure, is_pending)

    def read(self, span: Span, wait_seconds: float) -> FleetHistory:
        """Waits for the history of a span; raises a `ClewError` if it is not available in time."""
        view = self.view(span, wait_seconds)
        if view.failure is not None:
            raise view.failure
        if view.is_pending or view.history is None:
            raise AnswerTooSlow(self.source.name)
        return view.history

    def _kept(self, steps: Steps, drawn: Measure | None) -> _Kept | None:
        with self._lock:
            return self._by_steps.get(_CacheKey(steps, drawn))

    def _read(self, span: Span, steps: Steps, drawn: Measure | None) -> _Kept:
        try:
            kept = _Kept(self.source.read(steps, drawn), _now_ms())
        except ClewError as error:
            with self._lock:
                self._failures[span] = error
            raise
        with self._lock:
            self.has_answered = True
            self._failures.pop(span, None)
            self._by_steps[_CacheKey(steps, drawn)] = self._by_question[_CacheKey(span, drawn)] = kept
        return kept


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
