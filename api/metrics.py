"""/api/runs/<id>/metrics: every metric of a run, and all points of one, as JSON, CSV or Arrow."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import orjson
from flask import Blueprint, Response, request
from pydantic import BaseModel, Field

from api.shapes import MetricPoints, MetricRow
from domain.errors.charts.specs import HistoryOnItsWay, NoSuchFormat, NoSuchMetric
from domain.errors.records import RunIdMalformed
from domain.points.point_texts import parts, rows, texts
from domain.tracking.compared import is_run_id
from domain.tracking.history import History
from domain.tracking.outcomes import NotFinite
from domain.tracking.runs import Run
from services.connect import Services
from services.tracking.histories.complete import complete_histories
from services.tracking.known_runs import known_run
from services.tracking.run_store import RunView
from serving.operations.failures import AS_OF, OF_A_RUN, READING
from serving.operations.headers import as_of
from serving.operations.operation import WithHeaders, operation

# A long history comes over REST at some 20,000 points a second.
WAIT_SECONDS: Final = 20.0
COLUMNS: Final = ("step", "timestamp", "value")
CSV: Final = "text/csv"
ARROW: Final = "application/vnd.apache.arrow.stream"


class FormatQuery(BaseModel):
    """The format of the points."""

    format: str | None = Field(
        None, description="json, csv or arrow (an IPC stream); by default what the Accept header prefers."
    )


def blueprint(services: Services) -> Blueprint:
    """Returns the routes of the metrics of the runs in `services`."""
    routes = Blueprint("metrics", __name__, url_prefix="/runs/<run_id>/metrics")

    @routes.get("")
    @operation(*OF_A_RUN, headers=AS_OF)
    def all_metrics(run_id: str) -> WithHeaders[list[MetricRow]]:
        """Lists every metric of a run, by name."""
        view = _view(services, run_id)
        run = known_run(view, run_id)
        known = services.extremes.known(run).found
        found = [MetricRow.of(key, point, known.get(key)) for key, point in sorted(run.metrics.items())]
        return WithHeaders(found, as_of(view.as_of))

    # A key may contain two slashes in a row, which Flask would merge.
    @routes.get("/<path:key>", merge_slashes=False)
    @operation(
        *(NoSuchFormat, NoSuchMetric, HistoryOnItsWay, *OF_A_RUN, *READING),
        answers=MetricPoints,
        files=(CSV, ARROW),
        headers=AS_OF,
    )
    def points(run_id: str, key: str, query: FormatQuery) -> WithHeaders[Response]:
        """Returns all points of one metric; percent-encode its name."""
        write, mimetype = _format(query.format)
        view = _view(services, run_id)
        run = known_run(view, run_id)
        if key not in run.metrics:
            raise NoSuchMetric(run_id, key)
        pieces = write(run_id, key, _history(services, run, key))
        return WithHeaders(Response(pieces, mimetype=mimetype), as_of(view.as_of))

    return routes


def _view(services: Services, run_id: str) -> RunView:
    if not is_run_id(run_id):
        raise RunIdMalformed
    return services.runs.view_with([run_id], services.settings.patience_seconds)


def _history(services: Services, run: Run, key: str) -> History:
    """Returns all points; raises the failure that prevented it."""
    [found] = complete_histories(services.histories, [run], {run.run_id: [key]}, WAIT_SECONDS)
    if key in found.failures:
        raise found.failures[key]
    if key not in found.found:
        raise HistoryOnItsWay(key)
    return found.found[key]


Writer = Callable[[str, str, History], Iterator[bytes]]


def as_json(run_id: str, key: str, history: History) -> Iterator[bytes]:
    """Yields an object of columns; NaN and infinity are text."""
    yield b'{"run_id":%s,"key":%s' % (orjson.dumps(run_id), orjson.dumps(key))
    for name in COLUMNS:
        yield b',"%s":[' % name.encode()
        column = getattr(history, name)
        for part in parts(history):
            cells = [b'"%s"' % cell if cell in _NOT_FINITE else cell for cell in texts(column[part])]
            yield (b"," if part.start else b"") + b",".join(cells)
        yield b"]"
    yield b"}"


def as_csv(_run_id: str, _key: str, history: History) -> Iterator[bytes]:
    """Yields a row per point."""
    yield ",".join(COLUMNS).encode() + b"\r\n"
    for part in parts(history):
        yield rows(b"", [texts(getattr(history, name)[part]) for name in COLUMNS])


def as_arrow(run_id: str, key: str, history: History) -> Iterator[bytes]:
    """Yields an Arrow IPC stream; its schema's metadata have the run and the metric."""
    # Imported here: it takes 40 MB of memory, which only requests for Arrow need.
    import pyarrow as pa

    metadata = {"run_id": run_id, "key": key}
    kinds = {"step": pa.int64(), "timestamp": pa.timestamp("ms", tz="UTC"), "value": pa.float64()}
    schema = pa.schema(kinds, metadata=metadata)
    sink = _Pieces()
    with pa.ipc.new_stream(pa.PythonFile(sink, mode="w"), schema) as stream:
        for part in parts(history):
            columns = [pa.array(getattr(history, name)[part]).cast(kind) for name, kind in kinds.items()]
            stream.write_batch(pa.record_batch(columns, schema=schema))
            yield sink.taken()
    yield sink.taken()


class _Pieces:
    """A file object that returns what was written to it, piece by piece."""

    closed = False

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, piece: Any) -> int:
        """Takes a piece."""
        self._written.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Does nothing: there is no buffer."""

    def taken(self) -> bytes:
        """Returns what was written since the last call."""
        written, self._written = b"".join(self._written), []
        return written


_NOT_FINITE: Final = frozenset(kind.encode() for kind in NotFinite)
FORMATS: Final[Mapping[str, tuple[Writer, str]]] = {
    "json": (as_json, "application/json"),
    "csv": (as_csv, CSV),
    "arrow": (as_arrow, ARROW),
}


def _format(named: str | None) -> tuple[Writer, str]:
    """Returns the format `named` by the query, else the preference of the Accept header; raises BadInput."""
    if named is not None:
        if named not in FORMATS:
            raise NoSuchFormat(named, ", ".join(FORMATS))
        return FORMATS[named]
    by_type = {mimetype: found for found in FORMATS.values() for mimetype in [found[1]]}
    return by_type[request.accept_mimetypes.best_match(list(by_type), "application/json")]
