"""Draws an episode again to save it: the model plays it from its seed, independent of all viewers."""

import threading
import time
from contextlib import closing
from typing import Final

from domain.errors import PolicyFailed
from domain.errors.environments.failures import EnvironmentFailed, EnvironmentRefused
from domain.errors.environments.playing import DrawsNothing, EpisodeTooLong, NotDrawnInTime
from domain.errors.names import TheInferenceEngine
from domain.errors.services import AskedTooMuch
from domain.errors.walks import FileDidNotCome, OnlyMazeEpisodes
from domain.inference.saved_episodes import EpisodeFormat
from environments.environment import Action
from environments.known import KnownEnvironments
from environments.many import ManyEnvironments
from inference.clew_models import ClewModel, ClewModels
from policies.general.general_policy import GeneralPolicy

LONGEST_SIDE: Final = 480
MAX_STEPS: Final = 5_000
MAX_SECONDS: Final = 75.0
"""By the clock, from the request on: less than Clew waits for (services/inference_engine.py)."""
_WAIT_SECONDS: Final = 20.0
_DRAW_SECONDS: Final = 60.0


class EpisodeRenderer:
    """Draws one episode at a time, with the lowest priority of all work here."""

    def __init__(self, models: ClewModels, known: KnownEnvironments) -> None:
        self._models = models
        self._known = known
        self._turn = threading.Lock()

    def animated(self, model_id: str, seed: int, form: EpisodeFormat) -> bytes:
        """Returns the episode as one animation; raises NotFound, 503, and errors of policy or environment.

        After MAX_SECONDS by the clock it is an error of the environment, whatever is too slow.
        """
        ends = time.monotonic() + MAX_SECONDS
        if not self._turn.acquire(timeout=_WAIT_SECONDS):
            raise AskedTooMuch(TheInferenceEngine())
        try:
            model = self._models.get(model_id)
            if model.is_for_the_maze:
                raise OnlyMazeEpisodes(model_id[:40])
            return self._drawn_until(ends, model, seed, form)
        finally:
            self._turn.release()

    def _drawn_until(self, ends: float, model: ClewModel, seed: int, form: EpisodeFormat) -> bytes:
        try:
            return self._drawn(ends, model, seed, form)
        except (EnvironmentFailed, PolicyFailed) as error:
            if time.monotonic() < ends:
                raise
            raise EnvironmentFailed(model.source.name, NotDrawnInTime(MAX_SECONDS)) from error

    def _drawn(self, ends: float, model: ClewModel, seed: int, form: EpisodeFormat) -> bytes:
        file = self._models.policy(model.id)
        if file.content is None:
            raise FileDidNotCome(model.id[:40])
        source = model.source
        with closing(ManyEnvironments(source, self._known, copies=1, ends=ends)) as environment:
            facts = environment.facts
            if not facts.can_render:
                raise EnvironmentRefused(source.name, facts.undrawable or DrawsNothing())
            signature, algorithm = model.policy_signature, model.algorithm
            with closing(
                GeneralPolicy.load(file.content, facts, signature, algorithm=algorithm, in_background=True, ends=ends)
            ) as policy:
                actions = _played(environment, policy, seed, source.name)
            return environment.animate(seed, actions, form, LONGEST_SIDE, _DRAW_SECONDS)[1]


def _played(environment: ManyEnvironments, policy: GeneralPolicy, seed: int, name: str) -> list[Action]:
    """Returns the policy's actions up to the end of the episode."""
    actions: list[Action] = []
    observation, state = environment.reset([seed]), None
    while len(actions) < MAX_STEPS:
        (answer,) = policy.infer_many(observation, [state])
        state = answer.state
        actions.append(answer.action)
        after = environment.step([answer.action])
        if after.done[0]:
            return actions
        observation = after.observation
    raise EnvironmentRefused(name, EpisodeTooLong(MAX_STEPS))
