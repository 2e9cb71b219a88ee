"""/api/training: trainings are started, stopped and told of, by handing on to the scheduler."""

from flask import Blueprint, Response, request
from pydantic import ValidationError

from api.wire import answer, body_as
from domain.access.identity import program_asker
from domain.access.rules import Asker
from domain.errors.misfits import misfits_of
from domain.errors.requests import ContractMisfit
from domain.trainings.answers import LogFound, Queued, Started, Stopped, TrainerList, TrainingList
from domain.trainings.requests import ForkRequest, LogQuery, QueueRequest, RunRequest, StartRequest
from domain.trainings.training import LogPart, Training
from services.connect import Services


def blueprint(services: Services) -> Blueprint:
    """The routes of the trainings in `services`."""
    routes = Blueprint("training", __name__, url_prefix="/training")
    scheduler = services.scheduler

    @routes.get("/trainers")
    def trainers() -> Response:
        return answer(TrainerList, scheduler.trainers())

    @routes.get("/runs")
    def all_trainings() -> Response:
        listed, bad_rows = scheduler.trainings()
        response = answer(TrainingList, listed)
        if bad_rows:
            response.headers["X-Bad-Rows"] = str(len(bad_rows))
        return response

    @routes.get("/runs/<run_id>")
    def one(run_id: str) -> Response:
        return answer(Training, scheduler.training(run_id))

    @routes.get("/runs/<run_id>/log")
    def log(run_id: str) -> Response:
        asked = _query()
        if asked.q is not None:
            return answer(LogFound, scheduler.found_in_log(run_id, asked.q))
        return answer(LogPart, scheduler.log(run_id, asked.before, asked.lines))

    @routes.get("/runs/<run_id>/log.txt")
    def whole_log(run_id: str) -> Response:
        response = Response(scheduler.whole_log(run_id), content_type="text/plain; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="training-{_file_part(run_id)}.txt"'
        return response

    @routes.post("/start")
    def start() -> Response:
        return answer(Started, scheduler.start(body_as(StartRequest).to_send, asker()))

    @routes.post("/stop")
    def stop() -> Response:
        return answer(Stopped, scheduler.stop(body_as(RunRequest).run_id, asker()))

    @routes.post("/queue")
    def queue() -> Response:
        asked = body_as(QueueRequest)
        return answer(Queued, scheduler.queue(asked.run_id, asked.action, asker()))

    @routes.post("/continue")
    def go_on() -> Response:
        return answer(Started, scheduler.go_on(body_as(RunRequest).run_id, asker()))

    @routes.post("/fork")
    def fork() -> Response:
        return answer(Started, scheduler.fork(body_as(ForkRequest).to_send, asker()))

    def asker() -> Asker:
        return program_asker(request.headers, request.remote_addr, services.settings)

    return routes


def _file_part(run_id: str) -> str:
    """What of an id may stand in a file's name."""
    return "".join(one for one in run_id[:8] if one.isascii() and one.isalnum())


def _query() -> LogQuery:
    try:
        return LogQuery.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise ContractMisfit(misfits_of(error)) from error
