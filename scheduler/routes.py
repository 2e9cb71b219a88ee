"""`/api/training/…`: what can be started, what waits, runs and is over, and what is done with it."""

from typing import Any

from flask import Flask, Request, Response, jsonify, request
from pydantic import BaseModel

from domain.access.identity import program_asker
from domain.errors.requests import BodyNotJson, ContractMisfit, NotSentAsJson
from domain.errors.trainings.reasons import NotATrainingAction
from domain.trainings.answers import Queued, Started, StartedRun, Stopped
from domain.trainings.training import TrainingAction
from scheduler.queue.entry import Entry
from scheduler.scheduler import Scheduler
from scheduler.settings import SchedulerSettings

_ROOT = "/api/training"


def register(app: Flask, scheduler: Scheduler, settings: SchedulerSettings) -> None:
    """Adds the routes."""
    _add_reads(app, scheduler)
    _add_starts(app, scheduler, settings)
    _add_changes(app, scheduler, settings)


def _add_reads(app: Flask, scheduler: Scheduler) -> None:
    @app.get(f"{_ROOT}/runs")
    def runs() -> Response:
        return _answer(scheduler.trainings())

    @app.get(f"{_ROOT}/runs/<run_id>")
    def run(run_id: str) -> Response:
        return _answer(scheduler.training(run_id))

    @app.get(f"{_ROOT}/trainers")
    def trainers() -> Response:
        return jsonify(trainers=scheduler.trainers.offered())


def _add_starts(app: Flask, scheduler: Scheduler, settings: SchedulerSettings) -> None:
    def started(entries: list[Entry]) -> Response:
        begun = scheduler.begun_soon([entry.run_id for entry in entries])
        runs = [
            StartedRun(run_id=entry.run_id, seed=entry.seed, status="started" if entry.run_id in begun else "queued")
            for entry in entries
        ]
        return _answer(Started(run_id=runs[0].run_id, status=runs[0].status, runs=runs))

    @app.post(f"{_ROOT}/start")
    def start() -> Response:
        return started(scheduler.requests.start(_body(request), _user(settings)))

    @app.post(f"{_ROOT}/fork")
    def fork() -> Response:
        return started(scheduler.requests.fork(_body(request), _user(settings)))

    @app.post(f"{_ROOT}/continue")
    def go_on() -> Response:
        return started([scheduler.actions.continue_(_run_id(_body(request)))])


def _add_changes(app: Flask, scheduler: Scheduler, settings: SchedulerSettings) -> None:
    @app.post(f"{_ROOT}/stop")
    def stop() -> Response:
        entry = scheduler.actions.stop(_run_id(_body(request)), _user(settings))
        return _answer(Stopped(run_id=entry.run_id, status="killed" if entry.is_over else "stopping"))

    @app.post(f"{_ROOT}/queue")
    def queue() -> Response:
        body = _body(request)
        entry = _moved(scheduler, _run_id(body), body.get("action"), _user(settings))
        return _answer(Queued(run_id=entry.run_id, state=entry.state, place=scheduler.place(entry.run_id)))


def _moved(scheduler: Scheduler, run_id: str, action: object, user: str | None) -> Entry:
    actions = scheduler.actions
    if action == TrainingAction.CANCEL:
        return actions.cancel(run_id, user)
    ways = {
        TrainingAction.FIRST.value: actions.first,
        TrainingAction.HOLD.value: actions.hold,
        TrainingAction.RELEASE.value: actions.release,
    }
    if not isinstance(action, str) or action not in ways:
        raise ContractMisfit({"action": NotATrainingAction(", ".join([*ways, TrainingAction.CANCEL.value]))})
    return ways[action](run_id)


def _body(asked: Request) -> dict[str, Any]:
    """Returns the object that was sent; raises what is wrong with it."""
    if asked.mimetype != "application/json":
        raise NotSentAsJson()
    body = asked.get_json(silent=True)
    if not isinstance(body, dict):
        raise BodyNotJson({})
    return body


def _run_id(body: dict[str, Any]) -> str:
    run_id = body.get("run_id")
    return run_id if isinstance(run_id, str) else "?"


def _user(settings: SchedulerSettings) -> str | None:
    return program_asker(request.headers, request.remote_addr, settings).user


def _answer(value: BaseModel) -> Response:
    response = Response(value.model_dump_json(), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
