"""The operations that change runs."""

from typing import Final

from api.described.operation import STORE, WRITE, Operation
from api.run_changes.routes import ManyDone
from api.run_columns import described
from domain.run_changes.changes import RunChange
from domain.run_changes.now import MovedRuns, RunNow
from domain.run_changes.requests import ManyRuns
from domain.run_changes.trash import Trash

RUN_CHANGES: Final = (
    Operation(
        "patch",
        "/api/runs/{run_id}",
        "Changes a run's name, note, tags or marks; with `seen`, only what is as it was seen",
        RunNow,
        (400, 404, 409, 413, 415, 422, *WRITE),
        body=RunChange,
    ),
    Operation(
        "delete",
        "/api/runs/{run_id}",
        "Puts a run, and the runs that stand in it, in the trash; not one from which an active model came",
        MovedRuns,
        (400, 404, 409, *WRITE),
    ),
    Operation(
        "post",
        "/api/runs/{run_id}/restore",
        "Brings a run back from the trash, and the runs that went with it",
        MovedRuns,
        (400, 404, 409, *WRITE),
    ),
    Operation(
        "get",
        "/api/runs/{run_id}/changes",
        "What of a run can be changed, as it is at this moment, and its newest changes",
        RunNow,
        (400, 404, *STORE),
    ),
    Operation(
        "post",
        "/api/runs/changes",
        "Does one thing with many runs: those that are named, or those that the filters leave, as in GET /api/runs",
        ManyDone,
        (400, 409, 413, 415, 422, *WRITE),
        body=ManyRuns,
        query={"experiment": "Only runs of the experiment with exactly this name."} | described(),
    ),
    Operation("get", "/api/runs/trash", "The runs in the trash, those deleted last first", Trash, (502, 503)),
)
