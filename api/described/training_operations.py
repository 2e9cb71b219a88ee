"""The operations on trainings."""

from typing import Final

from api.described.operation import STORE, WRITE, Operation
from domain.trainings.answers import LogFound, Queued, Started, Stopped, TrainerList, TrainingList
from domain.trainings.requests import ForkRequest, QueueRequest, RunRequest, StartRequest
from domain.trainings.training import LogPart, Training

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
TRAININGS: Final = (
    Operation("get", "/api/training/trainers", "What can be started, with the fields of each", TrainerList, STORE),
    Operation(
        "get",
        "/api/training/runs",
        "All trainings that wait or run, and the newest others",
        TrainingList,
        STORE,
        headers=_BAD_TRAININGS,
    ),
    Operation("get", "/api/training/runs/{run_id}", "One training", Training, (404, *STORE)),
    Operation(
        "get",
        "/api/training/runs/{run_id}/log",
        "The last lines of a training's log, those before a byte, or those in which a text stands",
        LogPart | LogFound,
        (404, 422, *STORE),
        query=_OF_LOGS,
        kinds=_KINDS_OF_LOGS,
    ),
    Operation(
        "get",
        "/api/training/runs/{run_id}/log.txt",
        "All of a training's log as far as it goes by now, a file to be kept",
        bytes,
        (404, *STORE),
        files=("text/plain",),
    ),
    Operation(
        "post",
        "/api/training/start",
        "Starts a training, or one for each of its seeds; the fields of the trainer stand beside `trainer`",
        Started,
        (400, 409, 413, 415, 422, *WRITE),
        body=StartRequest,
    ),
    Operation(
        "post",
        "/api/training/stop",
        "Ends a training with its episode; one that waits is cancelled",
        Stopped,
        (400, 404, 409, 413, 415, 422, *WRITE),
        body=RunRequest,
    ),
    Operation(
        "post",
        "/api/training/queue",
        "Moves a training that waits: first, hold, release, cancel",
        Queued,
        (400, 404, 409, 413, 415, 422, *WRITE),
        body=QueueRequest,
    ),
    Operation(
        "post",
        "/api/training/continue",
        "Starts a training that ended once more, from its checkpoint, in the same run",
        Started,
        (400, 404, 409, 413, 415, 422, *WRITE),
        body=RunRequest,
    ),
    Operation(
        "post",
        "/api/training/fork",
        "Goes on from a training's checkpoint in a run of its own, with these fields changed",
        Started,
        (400, 404, 409, 413, 415, 422, *WRITE),
        body=ForkRequest,
    ),
)
