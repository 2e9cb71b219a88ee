"""`/trainings/form` and `/trainings/check`: the form that starts a training, and the errors in it."""

from contextlib import suppress
from typing import Any, NamedTuple

import dash
import flask
from pydantic import BaseModel, ConfigDict, JsonValue

from callbacks.trainings.forks import check_fork
from callbacks.wire import answer, body_as, with_message
from components.texts.translate import translate
from components.trainings import training_form
from domain.errors import NotFound, ServiceError
from domain.errors.records import RunIdMalformed
from domain.errors.trainings.requests import TrainerNotInstalled, TrainerUnknown, TrainingRefused
from domain.tracking.compared import is_run_id
from domain.tracking.runs import Run
from domain.trainings.checking import checked
from domain.trainings.fields import Value
from domain.trainings.recorded import stored_request, values_to_repeat
from domain.trainings.trainer import OfferedTrainer
from services.connect import Services
from services.tracking.known_runs import known_run
from services.trainings.training_snapshots import TrainersView
from services.trainings.usual_times import UsualTimeStore

_MAX_BYTES = 2**16


class FilledForm(BaseModel):
    """The values in the form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    trainer: str
    values: dict[str, JsonValue]
    fork: str | None = None


class Repeated(NamedTuple):
    """The initial content of the form: the trainer's name, the values, and where they come from.

    `is_read` is False if the run could not be read yet.
    """

    trainer: str | None = None
    values: dict[str, Value] | None = None
    note: str | None = None
    is_read: bool = True


def register(app: dash.Dash, services: Services) -> None:
    """Adds the routes to the server of `app`."""
    server: flask.Flask = app.server
    usual_times = UsualTimeStore()

    @server.get("/trainings/form")
    def form() -> flask.Response:
        view = services.trainings.trainers(services.settings.patience_seconds)
        repeated = _repeated(services, view, flask.request.args)
        wanted = flask.request.args.get("trainer") or repeated.trainer
        trainer = view.named(wanted) or view.trainers[0]
        if repeated.trainer not in (None, trainer.name):
            repeated = Repeated(note=training_form.of_another_trainer(repeated.trainer))
        drawn = training_form.described(
            view.trainers,
            trainer,
            training_form.initial(trainer, repeated.values or {}),
            note=repeated.note,
            blocked=None if trainer.is_installed else translate(TrainerNotInstalled()),
        )
        return answer(drawn | {"is_complete": view.failure is None and repeated.is_read})

    @server.post("/trainings/check")
    @with_message
    def check() -> flask.Response:
        body = body_as(FilledForm, _MAX_BYTES)
        trainer = known_trainer(services, body.trainer)
        try:
            runs = checked(trainer, body.values)
            check_fork(services, body.fork, trainer, runs[0])
        except TrainingRefused as error:
            return answer(training_form.checked([], None, error))
        table = services.runs.last_view().runs
        usual = None if table is None else usual_times.of(table).of(trainer.name, runs[0])
        return answer(training_form.checked(runs, usual))


def known_trainer(services: Services, name: str) -> OfferedTrainer:
    """Returns the trainer of this name; raises TrainerUnknown."""
    view = services.trainings.trainers(services.settings.patience_seconds)
    trainer = view.named(name)
    if trainer is None:
        raise TrainerUnknown(name[:60], ", ".join(one.name for one in view.trainers))
    return trainer


def _repeated(services: Services, view: TrainersView, args: Any) -> Repeated:
    """Returns the settings of the run that the address names."""
    run_id, is_fork = args.get("fork") or args.get("from") or "", "fork" in args
    if not run_id:
        return Repeated()
    try:
        run = _run(services, run_id)
    except NotFound:
        return Repeated(note=training_form.nothing_to_fill_in(run_id))
    except ServiceError as error:
        return Repeated(note=training_form.not_filled_in_yet(run_id, error), is_read=False)
    request = stored_request(run)
    name = args.get("trainer") if request is None else request.trainer
    trainer = view.named(name) or view.trainers[0]
    if request is not None and trainer.name != name:
        return Repeated(note=training_form.of_another_trainer(request.trainer))
    values = values_to_repeat(run, trainer.names)
    if request is None:
        values = _fitting(trainer, values)
    if not values:
        return Repeated(note=training_form.nothing_to_fill_in(run_id))
    text = training_form.filled_from(run.name or run_id[:8], is_requested=request is not None, is_fork=is_fork)
    return Repeated(trainer.name, values, text)


def _run(services: Services, run_id: str) -> Run:
    """Returns the run; raises NotFound, or `ServiceUnavailable` if it may still be read."""
    if not is_run_id(run_id):
        raise RunIdMalformed
    return known_run(services.runs.view_with([run_id], services.settings.patience_seconds), run_id)


def _fitting(trainer: OfferedTrainer, values: dict[str, Value]) -> dict[str, Value]:
    """Returns the values that fit the trainer's form: a run's parameters may come from any program."""
    with suppress(TrainingRefused):
        checked(trainer, values)
        return values
    choices = {name: one for name, one in values.items() if any(name in field.shown_for for field in trainer.fields)}
    kept = choices if _fits(trainer, choices) else {}
    for name, value in values.items():
        if _fits(trainer, kept | {name: value}):
            kept = kept | {name: value}
    return kept


def _fits(trainer: OfferedTrainer, values: dict[str, Value]) -> bool:
    try:
        return bool(checked(trainer, values))
    except TrainingRefused:
        return False
