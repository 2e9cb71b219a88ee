"""`/api/training/…`: lists what can be started and all trainings, and starts, stops and moves them."""

from typing import Final

from flask import Flask, request

from domain.access.identity import program_requester
from domain.errors.models.changes import RequestIdTaken
from domain.errors.requests import RequestTooLong
from domain.errors.trainings.requests import (
    ExperimentDeleted,
    NoSuchTraining,
    NotContinuable,
    QueueFull,
    TrainerNotInstalled,
    TrainerUnknown,
    TrainingNotQueued,
    TrainingOver,
    TrainingRefused,
    TrainingsNotRead,
)
from domain.trainings.answers import Queued, Started, StartedRun, Stopped, TrainerList, TrainingList
from domain.trainings.requests import ForkRequest, QueueAction, QueueRequest, RunRequest, StartRequest
from domain.trainings.training import Training
from scheduler.queue.entry import Entry
from scheduler.scheduler import Scheduler
from scheduler.settings import SchedulerSettings
from serving.operations.failures import REFUSED_THERE, WRITING
from serving.operations.operation import operation

_ROOT: Final = "/api/training"
_CHANGING: Final = (*REFUSED_THERE, *WRITING)
_STARTING: Final = (
    *(TrainingRefused, TrainerUnknown, TrainerNotInstalled, ExperimentDeleted, QueueFull),
    *(RequestIdTaken, RequestTooLong, *_CHANGING),
)


def register(app: Flask, scheduler: Scheduler, settings: SchedulerSettings) -> None:
    """Adds the routes."""
    _add_reads(app, scheduler)
    _add_starts(app, scheduler, settings)
    _add_changes(app, scheduler, settings)


def _add_reads(app: Flask, scheduler: Scheduler) -> None:
    @app.get(f"{_ROOT}/runs")
    @operation(TrainingsNotRead)
    def runs() -> TrainingList:
        """Lists all waiting or running trainings, and the newest others."""
        return scheduler.trainings()

    @app.get(f"{_ROOT}/runs/<run_id>")
    @operation(NoSuchTraining, TrainingsNotRead)
    def run(run_id: str) -> Training:
        """Describes one training."""
        return scheduler.training(run_id)

    @app.get(f"{_ROOT}/trainers")
    @operation()
    def trainers() -> TrainerList:
        """Lists the trainers, with the fields of each."""
        return TrainerList(trainers=scheduler.trainers.offered())


def _add_starts(app: Flask, scheduler: Scheduler, settings: SchedulerSettings) -> None:
    @app.post(f"{_ROOT}/start")
    @operation(TrainingsNotRead, *_STARTING)
    def start(body: StartRequest) -> Started:
        """Starts a training, or one for each of its seeds; the trainer's fields are next to `trainer`."""
        return _started(scheduler, scheduler.requests.start(body, _user(settings)))

    @app.post(f"{_ROOT}/fork")
    @operation(NoSuchTraining, NotContinuable, *_STARTING)
    def fork(body: ForkRequest) -> Started:
        """Continues from a training's checkpoint in a new run, with these fields changed."""
        return _started(scheduler, scheduler.requests.fork(body, _user(settings)))

    @app.post(f"{_ROOT}/continue")
    @operation(NoSuchTraining, TrainingOver, NotContinuable, *_CHANGING)
    def continue_training(body: RunRequest) -> Started:
        """Continues an ended training from its checkpoint, in the same run."""
        return _started(scheduler, [scheduler.actions.continue_(body.run_id)])


def _add_changes(app: Flask, scheduler: Scheduler, settings: SchedulerSettings) -> None:
    @app.post(f"{_ROOT}/stop")
    @operation(NoSuchTraining, TrainingOver, *_CHANGING)
    def stop(body: RunRequest) -> Stopped:
        """Stops a training at the end of its episode; a waiting one is cancelled."""
        entry = scheduler.actions.stop(body.run_id, _user(settings))
        return Stopped(run_id=entry.run_id, status="killed" if entry.is_over else "stopping")

    @app.post(f"{_ROOT}/queue")
    @operation(NoSuchTraining, TrainingOver, TrainingNotQueued, *_CHANGING)
    def queue(body: QueueRequest) -> Queued:
        """Moves a waiting training: first, hold, release, cancel."""
        entry = _moved(scheduler, body, _user(settings))
        return Queued(run_id=entry.run_id, state=entry.state, place=scheduler.place(entry.run_id))


def _started(scheduler: Scheduler, entries: list[Entry]) -> Started:
    begun = scheduler.wait_for_starts([entry.run_id for entry in entries])
    runs = [
        StartedRun(run_id=entry.run_id, seed=entry.seed, status="started" if entry.run_id in begun else "queued")
        for entry in entries
    ]
    return Started(run_id=runs[0].run_id, status=runs[0].status, runs=runs)


def _moved(scheduler: Scheduler, body: QueueRequest, user: str | None) -> Entry:
    actions = scheduler.actions
    match body.action:
        case QueueAction.CANCEL:
            return actions.cancel(body.run_id, user)
        case QueueAction.FIRST:
            return actions.first(body.run_id)
        case QueueAction.HOLD:
            return actions.hold(body.run_id)
        case QueueAction.RELEASE:
            return actions.release(body.run_id)


def _user(settings: SchedulerSettings) -> str | None:
    return program_requester(request.headers, request.remote_addr, settings).user
