"""Client of Prometheus' HTTP API: range queries, with answers as columns."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from domain.errors import BadInput, BadResponse, ClewError, Conflict, NotFound, ServiceError
from domain.errors.answers import NotANumber
from domain.errors.fleet.history import QueryRefused, SeriesCutOff, SeriesLeftOut, SeriesOfAnswer, TimesOutside
from domain.errors.misfits import misfit_of
from domain.errors.names import PROMETHEUS
from domain.fleet.series import Column, Steps
from domain.messages import Reason, Text
from transport.http_client import JsonService

MAX_SERIES: Final = 10_000
MAX_BYTES: Final = 128 * 2**20
DEADLINE_SECONDS: Final = 15.0
_MAX_WARNINGS: Final = 3
_MAX_LETTERS: Final = 300


class LabelledColumn(NamedTuple):
    """A series: its labels, and a value for each step, NaN where it has none."""

    labels: Mapping[str, str]
    values: Column


class RangeAnswer(NamedTuple):
    """The series of an answer, and remarks about what was left out."""

    series: list[LabelledColumn]
    remarks: list[Reason]


class _Series(BaseModel):
    metric: dict[str, str]
    values: list[Any] = []


class _Data(BaseModel):
    resultType: Literal["matrix", "vector"]
    result: list[Any]


class _Success(BaseModel):
    status: Literal["success"]
    data: _Data
    warnings: list[str] = Field([])


class PrometheusApi:
    """A client of one Prometheus-compatible server; `headers` are sent with each query."""

    def __init__(self, service: JsonService, headers: Mapping[str, str]) -> None:
        self.service = service
        self._headers = headers

    def query_range(self, expression: str, steps: Steps) -> RangeAnswer:
        """Returns the values of an expression at the end of each step; raises a `ServiceError`.

        Invalid series, and those beyond `MAX_SERIES`, are left out and mentioned in the remarks.
        """
        first, last = steps.since_ms + steps.step_ms, steps.until_ms
        span = {"start": first / 1000, "end": last / 1000, "step": steps.step_ms / 1000}
        answer = self._query("/api/v1/query_range", {"query": expression, **span})
        return self._columns(answer, steps)

    def sample_times(self, selector: str, at_ms: int) -> list[Column]:
        """Returns the times (Unix ms) of the samples of each series that a range selector matches.

        Raises a `ServiceError`; invalid series are skipped.
        """
        answer = self._query("/api/v1/query", {"query": selector, "time": at_ms / 1000})
        found = []
        for number, one in enumerate(answer.data.result[:MAX_SERIES]):
            with suppress(BadResponse):
                found.append(_points(_series(one, number), number)[0])
        return found

    def check_alive(self, deadline_seconds: float) -> None:
        """Sends a trivial query by the usual path; raises a `ServiceError`."""
        self._query("/api/v1/query", {"query": "vector(1)"}, deadline_seconds)

    def _query(self, path: str, params: Mapping[str, Any], deadline_seconds: float = DEADLINE_SECONDS) -> _Success:
        answer = self.service.exchange(
            "GET",
            path,
            params={**params, "timeout": f"{deadline_seconds:.0f}s"},
            headers=self._headers,
            deadline_seconds=deadline_seconds,
            most_bytes=MAX_BYTES,
            is_silent=True,  # it sends nothing until its answer is complete
        )
        try:
            return _Success.model_validate(self.service.decode(answer))
        except ValidationError as error:
            raise BadResponse(PROMETHEUS, *misfit_of(error)) from error
        except (BadInput, NotFound, Conflict) as error:
            raise QueryRefused(PROMETHEUS, answer.status, _reason(error)) from error

    def _columns(self, answer: _Success, steps: Steps) -> RangeAnswer:
        found, odd = answer.data.result, list[ServiceError]()
        series = []
        for number, one in enumerate(found[:MAX_SERIES]):
            try:
                series.append(_column(one, number, steps))
            except BadResponse as error:
                odd.append(error)
        remarks: list[Reason] = [Text(f"{PROMETHEUS}: {one[:_MAX_LETTERS]}") for one in answer.warnings[:_MAX_WARNINGS]]
        if odd:
            remarks.append(SeriesLeftOut(PROMETHEUS, len(odd), odd[0]))
        if len(found) > MAX_SERIES:
            remarks.append(SeriesCutOff(PROMETHEUS, MAX_SERIES, len(found)))
        return RangeAnswer(series, remarks)


def _reason(error: ClewError) -> Reason:
    """Returns the server's own text, without Clew's name for the service."""
    return getattr(error, "reason", None) or error


def _column(series_json: Any, number: int, steps: Steps) -> LabelledColumn:
    series = _series(series_json, number)
    times, values = _points(series, number)
    places = np.rint((times - steps.since_ms) / steps.step_ms) - 1
    if not (np.isfinite(places).all() and ((places >= 0) & (places < steps.number)).all()):
        raise BadResponse(PROMETHEUS, SeriesOfAnswer(number, "values"), TimesOutside())
    column = steps.nothing()
    column[places.astype(np.int64)] = np.where(np.isfinite(values), values, np.nan)
    return LabelledColumn(series.metric, column)


def _series(series_json: Any, number: int) -> _Series:
    try:
        return _Series.model_validate(series_json)
    except ValidationError as error:
        field, misfit = misfit_of(error)
        raise BadResponse(PROMETHEUS, SeriesOfAnswer(number, str(field)), misfit) from error


def _points(series: _Series, number: int) -> tuple[Column, Column]:
    """Returns times (Unix ms) and values: each point is a number of seconds and a text."""
    try:
        times = np.array([moment for moment, _value in series.values], np.float64) * 1000
        return times, np.array([float(value) for _moment, value in series.values], np.float64)
    except (TypeError, ValueError) as error:
        raise BadResponse(PROMETHEUS, SeriesOfAnswer(number, "values"), NotANumber()) from error
