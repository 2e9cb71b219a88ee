"""Environments for policy checks: their spaces, and observations from random play."""

import threading
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from cachetools import LRUCache

from domain.environments.facts import EnvironmentFacts
from domain.environments.source import EnvironmentSource
from domain.inference.probe_spaces import Observation, drawn_action
from environments.gymnasium_process import GymnasiumProcess
from environments.known import KnownEnvironments

_SEED: Final = 0
_STEPS: Final = 24
_MAX_KEPT: Final = 16


class EnvironmentSample(NamedTuple):
    """The facts of an environment, and observed values."""

    facts: EnvironmentFacts
    observations: list[Observation]


class EnvironmentSamples:
    """Plays each environment once, with the same steps each time; one that failed is tried again.

    `file` is the operator's, if there is one. The process that environments are forked from ends after each: a
    dashboard rarely needs another one.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._played: LRUCache[str, EnvironmentSample] = LRUCache(_MAX_KEPT)
        self._lock = threading.Lock()

    def play(self, source: EnvironmentSource) -> EnvironmentSample:
        """Returns its facts and observations; raises EnvironmentRefused, EnvironmentMissing and EnvironmentFailed."""
        key = source.model_dump_json()
        with self._lock:
            played = self._played.get(key)
        if played is None:
            played = self._play(source)
            with self._lock:
                self._played[key] = played
        return played

    def _play(self, source: EnvironmentSource) -> EnvironmentSample:
        chance = np.random.default_rng(_SEED)
        with (
            closing(KnownEnvironments.read(self._file)) as known,
            closing(GymnasiumProcess(source, known)) as environment,
        ):
            facts = environment.facts
            seen = [environment.reset(_SEED)]
            for _step in range(_STEPS):
                outcome = environment.step(drawn_action(facts.action_space, chance))
                seen.append(environment.reset(None) if outcome.done else outcome.observation)
        return EnvironmentSample(facts, list(seen))
