"""The available trainers: the maze's, and those in TRAININGS_FILE."""

import importlib
import os
import shutil
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from domain.errors.trainings.reasons import NotOneRun, RequestDamaged
from domain.errors.trainings.requests import TrainerNotInstalled, TrainerUnknown, TrainingRefused
from domain.trainings.built_in import built_in_trainers
from domain.trainings.checking import checked
from domain.trainings.fields import Value
from domain.trainings.request_form import REQUEST_FILE
from domain.trainings.trainer import OfferedTrainer, Trainer, filled
from scheduler.backends.backend import ResourceRequest
from scheduler.local.environment import search_path
from scheduler.queue.entry import Entry

_LIBRARY: Final = "stable_baselines3"
_TREE: Final = Path(__file__).parents[2]
_LONGEST_NAME: Final = 250


class Trainers:
    """The trainers by name; `home` is the folder for programs in the file.

    `of_built_in` are the settings that Clew's own trainers read.
    """

    def __init__(
        self, others: Sequence[Trainer], home: Path | None = None, of_built_in: Mapping[str, str] | None = None
    ) -> None:
        self._by_name = {trainer.name: trainer for trainer in (*built_in_trainers(), *others)}
        self._home = home
        self._of_built_in = dict(of_built_in or {})

    def get(self, name: str) -> Trainer:
        """Returns the trainer of that name; raises TrainerUnknown."""
        found = self._by_name.get(name)
        if found is None:
            raise TrainerUnknown(name[:60], ", ".join(self._by_name))
        return found

    def offered(self) -> list[OfferedTrainer]:
        """Returns all of them for clients, without their commands."""
        return [OfferedTrainer.of(one, is_installed=self.is_installed(one)) for one in self._by_name.values()]

    def is_installed(self, trainer: Trainer) -> bool:
        """Returns whether its program is installed; for Clew's own, whether its libraries are."""
        if trainer.is_built_in:
            importlib.invalidate_caches()
            return find_spec(_LIBRARY) is not None
        program = trainer.command[0]
        if "{" in program:
            return True
        directory = self.directory(trainer)
        here = directory / program if directory is not None and "/" in program else Path(program)
        return shutil.which(here, path=search_path(os.environ.get("PATH", os.defpath))) is not None

    def check_installed(self, trainer: Trainer) -> None:
        """Raises TrainerNotInstalled."""
        if trainer.is_built_in and not self.is_installed(trainer):
            raise TrainerNotInstalled()

    def directory(self, trainer: Trainer) -> Path | None:
        """Returns the working directory of its program."""
        if trainer.is_built_in:
            return _TREE
        named = Path(trainer.directory) if trainer.directory is not None else Path()
        return named if self._home is None else self._home / named

    def environment(self, trainer: Trainer, values: Mapping[str, Value]) -> dict[str, str]:
        """Returns the environment variables of its program besides the common ones."""
        return dict(self._of_built_in) if trainer.is_built_in else trainer.environment_for(values)

    def completed(self, entry: Entry) -> Entry:
        """Returns a training completed by its trainer's properties, if the trainer still exists."""
        trainer = self._by_name.get(entry.trainer)
        if trainer is None:
            return entry
        try:
            seed = trainer.seed_of(entry.values)
        except ValueError:
            seed = None
        return entry.but(needs=needs_of(trainer), seed=seed, trainer_reports=trainer.is_built_in)

    def checked_again(self, entry: Entry) -> dict[str, Value]:
        """Returns the values of a training before its start, validated by its trainer.

        Raises the causes of RequestDamaged.
        """
        runs = checked(self.get(entry.trainer), entry.values)
        if len(runs) != 1:
            raise TrainingRefused({"values": NotOneRun()})
        return runs[0]

    def damage_of(self, entry: Entry) -> RequestDamaged | None:
        """Returns why a training must not run, or None."""
        if isinstance(entry.damage, RequestDamaged):
            return entry.damage
        try:
            self.checked_again(entry)
        except TrainingRefused as error:
            return RequestDamaged(next(iter(error.fields.values()), error))
        except TrainerUnknown as error:
            return RequestDamaged(error)
        return None


def needs_of(trainer: Trainer) -> ResourceRequest:
    """Returns what a training needs while it runs."""
    return ResourceRequest(trainer.slots, trainer.gpus)


def command_of(trainer: Trainer, values: Mapping[str, Value]) -> list[str]:
    """Returns the command of one run; the placeholder for its request file is filled in where it runs."""
    return trainer.command_for({**values, "request_file": REQUEST_FILE} if trainer.is_built_in else values)


def run_name(trainer: Trainer, values: Mapping[str, Value]) -> str:
    """Returns the name of a run in MLflow."""
    seed = trainer.seed_of(values)
    kind = str(values["algorithm"]).lower() if trainer.is_built_in else trainer.name
    return kind if seed is None else f"{kind}-seed{seed}"


def experiment_name(trainer: Trainer, values: Mapping[str, Value]) -> str:
    """Returns the experiment of a run."""
    return filled(trainer.experiment_template, values)[:_LONGEST_NAME] or trainer.name
