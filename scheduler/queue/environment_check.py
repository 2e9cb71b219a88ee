"""Checks before queueing that a training's environment exists, and that its algorithm supports it."""

import logging
from collections.abc import Mapping

from domain.environments.source import EnvironmentSource
from domain.errors import ClewError
from domain.errors.environments.failures import EnvironmentMissing, EnvironmentRefused
from domain.errors.trainings.requests import TrainingRefused
from domain.trainings.environments.fitting import misfit
from domain.trainings.environments.form import NAME, environment_request
from domain.trainings.fields import Value
from domain.trainings.trainer import Trainer
from environments.known import KnownEnvironments
from environments.machine import memory_bytes

log = logging.getLogger(__name__)


class EnvironmentCheck:
    """Creates an environment once, in a process under limits; `known` is None if trainings run elsewhere."""

    def __init__(self, known: KnownEnvironments | None) -> None:
        self._known = known

    def check(self, trainer: Trainer, values: Mapping[str, Value]) -> None:
        """Raises TrainingRefused, with the field.

        Failures caused by the limits are ignored, since a training has none.
        """
        if self._known is None or trainer.name != NAME:
            return
        try:
            facts = self._known.facts_of(EnvironmentSource(env_id=str(values["env_id"])))
        except (EnvironmentMissing, EnvironmentRefused) as error:
            raise TrainingRefused({"env_id": error}) from error
        except ClewError as error:
            log.warning("An environment could not be looked at; its training will tell", extra={"cause": str(error)})
            return
        if (found := misfit(environment_request(values), facts, memory_bytes())) is not None:
            field, why = found
            raise TrainingRefused({field: why})
