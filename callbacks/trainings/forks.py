"""Checks whether a training can continue from another one's checkpoint, before the scheduler is asked to start it."""

from collections.abc import Mapping

from domain.errors import NotFound, ServiceError
from domain.errors.trainings.forks import AnotherTrainer
from domain.errors.trainings.requests import TrainingRefused
from domain.tracking.compared import is_run_id
from domain.trainings.fields import Value
from domain.trainings.forking import TrainedLength, fork_misfits
from domain.trainings.trainer import TrainerForm
from services.connect import Services


def check_fork(services: Services, parent_id: str | None, trainer: TrainerForm, values: Mapping[str, Value]) -> None:
    """Raises TrainingRefused by the rules of the start; if the parent is not known now, the scheduler decides."""
    if parent_id is None or not is_run_id(parent_id):
        return
    try:
        parent = services.scheduler.training(parent_id)
    except (NotFound, ServiceError):
        return
    if parent.trainer != trainer.name:
        raise TrainingRefused({"trainer": AnotherTrainer(parent.trainer)})
    done = None if parent.progress is None else TrainedLength(parent.progress.episode, parent.progress.steps)
    if trainer.is_built_in and (misfits := fork_misfits(parent.values, values, done)):
        raise TrainingRefused(dict(misfits))
