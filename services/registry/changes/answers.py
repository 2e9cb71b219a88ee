"""Executes each request once, on whichever worker receives it, and returns its result to repeated requests."""

import threading
from collections.abc import Callable
from functools import partial

from concurrency.single_flight import SingleFlight, has_ended
from domain.errors.models.changes import TooManyChanges
from domain.registry.changes import ChangeOutcome, ChangeRecord, ChangeRequest, ChangeResult, settled
from services.registry.changes.records import ChangeRecords

MAX_AT_ONCE = 16
WORKING = ChangeResult(outcome=ChangeOutcome.WORKING)
# Executes a request in a user's name, and returns its result.
Make = Callable[[ChangeRequest, str | None], ChangeResult]


class ChangeAnswers:
    """Executes each request once with `make`, in the background, so that HTTP requests do not wait long."""

    def __init__(self, make: Make, records: ChangeRecords) -> None:
        self._make = make
        self._records = records
        self._free = threading.BoundedSemaphore(MAX_AT_ONCE)
        self._flights: SingleFlight[ChangeResult] = SingleFlight("model-change")

    def answer(
        self, request: ChangeRequest, by: str | None, *, again: bool = False, wait_seconds: float = 0.0
    ) -> ChangeResult:
        """Starts the request, unless it was started, or is only polled (`again`); returns its result.

        After `wait_seconds` the result is `WORKING`, and the caller polls again.
        """
        flight = self._flights.join(request, partial(self._settle, request, by, again))
        if not has_ended(flight, wait_seconds):
            return WORKING
        if flight.exception() is not None:  # by an unforeseen error, which was logged; it may have been done
            return ChangeResult(outcome=ChangeOutcome.NOT_KNOWN)
        return flight.result()

    def _settle(self, request: ChangeRequest, by: str | None, again: bool) -> ChangeResult:
        with self._records.alone(request.id) as won:
            if not won:
                return WORKING
            known = self._records.get(request.id)
            result = settled(request, known, again=again) or self._begun(request, by)
            if known is None or (known.request == request and known.result is None):
                self._records.keep(ChangeRecord(request=request, result=result))
            return result

    def _begun(self, request: ChangeRequest, by: str | None) -> ChangeResult:
        if not self._free.acquire(blocking=False):
            return ChangeResult(outcome=ChangeOutcome.REFUSED, cause=TooManyChanges())
        try:
            # Recorded before it is done: a record without a result means that it may have been done.
            self._records.keep(ChangeRecord(request=request))
            return self._make(request, by)
        finally:
            self._free.release()
