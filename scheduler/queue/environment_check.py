"""Checks before queueing that a training's environment exists, and that its algorithm supports it."""

import logging
import time
from collections.abc import Mapping
from typing import Final

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
MAX_SECONDS: Final = 15.0  # by the clock: the dashboard waits for a start


class EnvironmentCheck:
    """Creates an environment once, in a process under limits; `known` is None if trainings run elsewhere."""

    def __init__(self, known: KnownEnvironments | None) -> None:
        self._known = known

    def check(self, trainer: Trainer, values: Mapping[str, Value]) -> None:
        """Raises TrainingRefused, with the field.

        Failures caused by the limits are ignored, since a training has none; so is an environment that is not made in
        time.
        """
        if self._known is None or trainer.name != NAME:
            return
        try:
            source = EnvironmentSource(env_id=str(values["env_id"]))
            facts = self._known.facts_of(source, ends=time.monotonic() + MAX_SECONDS)
        except (EnvironmentMissing, EnvironmentRefused) as error:
            raise TrainingRefused({"env_id": error}) from error
        except ClewError as error:
            log.warning("An environment could not be looked at; its training will tell", extra={"cause": str(error)})
            return
        if (found := misfit(environment_request(values), facts, memory_bytes())) is not None:
            field, why = found
            raise TrainingRefused({field: why})
