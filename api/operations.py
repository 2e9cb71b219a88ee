"""What the API has: each operation with what it takes, answers and refuses, as docs/openapi.yaml tells it."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from api.run_columns import KEYED, described
from api.run_list import MOST_ROWS
from api.shapes import (
    Activated,
    ActivationRequest,
    Alive,
    Comparison,
    MetricPoints,
    MetricRow,
    ModelDetail,
    ModelRow,
    RunCells,
    RunDetail,
    ViewRow,
)
from domain.registry.models import Activation
from domain.tracking.runs import RunSummary
from domain.trainings.answers import LogFound, Queued, Started, Stopped, TrainerList, TrainingList
from domain.trainings.requests import ForkRequest, QueueRequest, RunRequest, StartRequest
from domain.trainings.training import LogPart, Training
from services.health.dependency_health import Health


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


FAILURES: Final = {
    400: "The body is no JSON, or makes no sense to the model store, or a filter makes none.",
    401: "The token is missing or wrong.",
    403: "This Clew is read-only, or the request comes from a page of another site.",
    404: "There is no such thing.",
    409: "Not as things are now: the model is active, or deleted.",
    413: "The request is too long.",
    415: "The body is not sent as JSON.",
    422: "A field does not fit, or the policy did not pass its check.",
    500: "Something in Clew itself went wrong; the sentence says where its log has it.",
    502: "The service behind answers what it should not.",
    503: "The service behind cannot be reached, or too many such requests are under way: try again later.",
    504: "The service behind did not answer, so it is not known whether it was done.",
}
_STORE = (502, 503)
_WRITE = (401, 403, 502, 503, 504)
_BAD_ROWS = {"X-Bad-Rows": "How many models are left out because they do not fit the contract; absent if none."}
_BAD_VIEWS = {"X-Bad-Rows": "How many entries are left out because they are no views; absent if none."}
_BAD_TRAININGS = {"X-Bad-Rows": "How many trainings are left out because they do not fit; absent if none."}
_OF_LOGS: Final = {
    "before": "Only what stands before this byte of the log.",
    "lines": "How many lines; 200 if absent.",
    "q": "Instead: the lines in which this text stands, the newest first.",
}
_KINDS_OF_LOGS: Final = {
    "before": {"type": "integer", "minimum": 0, "exclusiveMaximum": 2**53},
    "lines": {"type": "integer", "minimum": 1, "maximum": 1000},
}
_AS_OF = {"X-As-Of": "When MLflow told this."}
_OF_LISTS: Final = {
    "column": f"Only the run's id and these: fields, or {KEYED}; may be repeated. All that can be a column can be"
    " sorted and filtered by: `filter[metric:train/loss]=< 0.1`.",
    "sort": "By this field or column, with a minus before it the greatest first; may be repeated, the first counts"
    " most. What is missing is last in either direction. Absent: the newest start first.",
    "page": "Which page, from 0 on; one beyond the last is empty. Without it and `page_size` all runs are one.",
    "page_size": "How many runs a page has; 100 where only `page` is given.",
}
_KINDS: Final = {
    "column": {"type": "array", "items": {"type": "string"}},
    "sort": {"type": "array", "items": {"type": "string"}},
    "page": {"type": "integer", "minimum": 0, "maximum": 10**9},
    "page_size": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
}
_OF_PAGES: Final = {
    "X-Total-Count": "How many runs the filters leave, on all pages.",
    "Link": 'The next page, as `<?…>; rel="next"`, relative to this address; absent on the last.',
    "X-Pending": "How many values are still being read of the columns asked for, sorted or filtered by; else absent.",
    "ETag": "Which version of the list this is: another one on a later page means that runs changed meanwhile.",
}
OPERATIONS: Final = (
    Operation("get", "/health", "Whether this process answers", Alive),
    Operation("get", "/api/health", "How those are that Clew depends on; always 200", Health),
    Operation("get", "/api/models", "All models but deleted ones", list[ModelRow], _STORE, headers=_BAD_ROWS),
    Operation("get", "/api/models/active", "The active model; 404 before the first", ModelDetail, (404, *_STORE)),
    Operation(
        "post",
        "/api/models/active",
        "Activates a model once its policy has passed its check",
        Activated,
        (400, 404, 409, 413, 415, 422, *_WRITE),
        body=ActivationRequest,
    ),
    Operation("get", "/api/models/history", "The activations, the newest first", list[Activation], _STORE),
    Operation("get", "/api/models/{model_id}", "One model", ModelDetail, (404, *_STORE)),
    Operation(
        "get",
        "/api/models/{model_id}/policy",
        "A model's ONNX file; its ETag is its SHA-256",
        bytes,
        (404, 409, 422, *_STORE),
    ),
    Operation(
        "delete",
        "/api/models/{model_id}",
        "Deletes a model; 409 if it is active, 204 also if it was deleted before",
        None,
        (404, 409, *_WRITE),
        status=204,
    ),
    Operation(
        "post", "/api/models/{model_id}/restore", "Brings a deleted model back", ModelDetail, (404, 409, *_WRITE)
    ),
    Operation(
        "get",
        "/api/runs",
        "All runs, or those that every filter keeps; all in a filter is text but an operator that is written as such",
        list[RunSummary] | list[RunCells],
        (400, 422, 503),
        query={"experiment": "Only runs of the experiment with exactly this name."} | _OF_LISTS | described(),
        headers=_AS_OF | _OF_PAGES,
        kinds=_KINDS,
    ),
    Operation(
        "get",
        "/api/runs/compare",
        "Runs side by side",
        Comparison,
        (422, 503),
        query={"runs": "A comma list of run ids."},
        required=frozenset({"runs"}),
        headers=_AS_OF,
    ),
    Operation("get", "/api/runs/{run_id}", "One run", RunDetail, (404, 503), headers=_AS_OF),
    Operation(
        "get",
        "/api/runs/{run_id}/metrics",
        "Every metric of a run, by name",
        list[MetricRow],
        (404, 503),
        headers=_AS_OF,
    ),
    Operation(
        "get",
        "/api/runs/{run_id}/metrics/{key}",
        "All points of one metric; percent-encode its name",
        MetricPoints,
        (400, 404, 503),
        query={"format": "json, csv or arrow (an IPC stream); absent: as the Accept header prefers."},
        headers=_AS_OF,
        files=("text/csv", "application/vnd.apache.arrow.stream"),
    ),
    Operation("get", "/api/training/trainers", "What can be started, with the fields of each", TrainerList, _STORE),
    Operation(
        "get",
        "/api/training/runs",
        "All trainings that wait or run, and the newest others",
        TrainingList,
        _STORE,
        headers=_BAD_TRAININGS,
    ),
    Operation("get", "/api/training/runs/{run_id}", "One training", Training, (404, *_STORE)),
    Operation(
        "get",
        "/api/training/runs/{run_id}/log",
        "The last lines of a training's log, those before a byte, or those in which a text stands",
        LogPart | LogFound,
        (404, 422, *_STORE),
        query=_OF_LOGS,
        kinds=_KINDS_OF_LOGS,
    ),
    Operation(
        "post",
        "/api/training/start",
        "Starts a training, or one for each of its seeds; the fields of the trainer stand beside `trainer`",
        Started,
        (400, 409, 413, 415, 422, *_WRITE),
        body=StartRequest,
    ),
    Operation(
        "post",
        "/api/training/stop",
        "Ends a training with its episode; one that waits is cancelled",
        Stopped,
        (400, 404, 409, 413, 415, 422, *_WRITE),
        body=RunRequest,
    ),
    Operation(
        "post",
        "/api/training/queue",
        "Moves a training that waits: first, hold, release, cancel",
        Queued,
        (400, 404, 409, 413, 415, 422, *_WRITE),
        body=QueueRequest,
    ),
    Operation(
        "post",
        "/api/training/continue",
        "Starts a training that ended once more, from its checkpoint, in the same run",
        Started,
        (400, 404, 409, 413, 415, 422, *_WRITE),
        body=RunRequest,
    ),
    Operation(
        "post",
        "/api/training/fork",
        "Goes on from a training's checkpoint in a run of its own, with these fields changed",
        Started,
        (400, 404, 409, 413, 415, 422, *_WRITE),
        body=ForkRequest,
    ),
    Operation("get", "/api/views", "The named views, by name", list[ViewRow], (503,), headers=_AS_OF | _BAD_VIEWS),
)
