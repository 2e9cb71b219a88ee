"""/api/training: starting, stopping and reading trainings, forwarded to the scheduler."""

from typing import Final

from flask import Blueprint, Response, request

from domain.access.identity import program_requester
from domain.access.rules import Requester
from domain.errors.trainings.requests import NoSuchTraining, TrainingRefused
from domain.trainings.answers import LogFound, Queued, Started, Stopped, TrainerList, TrainingList
from domain.trainings.requests import ForkRequest, LogQuery, QueueRequest, RunRequest, StartRequest
from domain.trainings.training import LogPart, Training
from services.connect import Services
from serving.operations.failures import READING, REFUSED_THERE, WRITING
from serving.operations.headers import bad_rows
from serving.operations.operation import WithHeaders, operation

_BAD_ROWS: Final = {"X-Bad-Rows": "The number of trainings that are left out because they are invalid; absent if none."}
_CHANGING: Final = (TrainingRefused, *REFUSED_THERE, *WRITING)


def blueprint(services: Services) -> Blueprint:
    """Returns the routes of the trainings in `services`."""
    routes = Blueprint("training", __name__, url_prefix="/training")
    scheduler = services.scheduler

    @routes.get("/trainers")
    @operation(*READING)
    def trainers() -> TrainerList:
        """Lists the trainers, with the fields of each."""
        return scheduler.trainers()

    @routes.get("/runs")
    @operation(*READING, headers=_BAD_ROWS)
    def all_trainings() -> WithHeaders[TrainingList]:
        """Lists all waiting or running trainings, and the newest others."""
        listed, misfits = scheduler.trainings()
        return WithHeaders(listed, bad_rows(misfits))

    @routes.get("/runs/<run_id>")
    @operation(NoSuchTraining, *READING)
    def one(run_id: str) -> Training:
        """Returns one training."""
        return scheduler.training(run_id)

    @routes.get("/runs/<run_id>/log")
    @operation(NoSuchTraining, *READING)
    def log(run_id: str, query: LogQuery) -> LogPart | LogFound:
        """Returns the last lines of a training's log, those before a byte position, or those that contain a text."""
        if query.q is not None:
            return scheduler.found_in_log(run_id, query.q)
        return scheduler.log(run_id, query.before, query.lines)

    @routes.get("/runs/<run_id>/log.txt")
    @operation(NoSuchTraining, *READING, files=("text/plain",))
    def whole_log(run_id: str) -> Response:
        """Returns a training's complete log so far, as a file."""
        response = Response(scheduler.whole_log(run_id), content_type="text/plain; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="training-{_file_part(run_id)}.txt"'
        return response

    @routes.post("/start")
    @operation(*_CHANGING)
    def start(body: StartRequest) -> Started:
        """Starts a training, or one for each of its seeds; the trainer's fields are next to `trainer`."""
        return scheduler.start(body, requester())

    @routes.post("/stop")
    @operation(*_CHANGING)
    def stop(body: RunRequest) -> Stopped:
        """Stops a training at the end of its episode; a waiting one is cancelled."""
        return scheduler.stop(body, requester())

    @routes.post("/queue")
    @operation(*_CHANGING)
    def queue(body: QueueRequest) -> Queued:
        """Moves a waiting training: first, hold, release, cancel."""
        return scheduler.queue(body, requester())

    @routes.post("/continue")
    @operation(*_CHANGING)
    def continue_training(body: RunRequest) -> Started:
        """Continues an ended training from its checkpoint, in the same run."""
        return scheduler.continue_training(body, requester())

    @routes.post("/fork")
    @operation(*_CHANGING)
    def fork(body: ForkRequest) -> Started:
        """Continues from a training's checkpoint in a new run, with these fields changed."""
        return scheduler.fork(body, requester())

    def requester() -> Requester:
        return program_requester(request.headers, request.remote_addr, services.settings)

    return routes


def _file_part(run_id: str) -> str:
    """Returns the part of an id that is safe in a file name."""
    return "".join(one for one in run_id[:8] if one.isascii() and one.isalnum())
