"""A model's returns in its environment, and in variants that the operator names to go beyond its training."""

import math
from collections.abc import Callable
from contextlib import closing
from typing import Final, Protocol

import numpy as np

from domain.environments.facts import EnvironmentFacts
from domain.environments.source import EnvironmentSource
from domain.environments.spaces import leaves
from domain.errors.environments.failures import EnvironmentFailed
from domain.inference.evaluation import EVALUATION_EPISODES, HELD_OUT_SEEDS
from domain.inference.returns import Returns
from environments.known import KnownEnvironments
from environments.many import ManyEnvironments
from inference.clew_models import ClewModel
from inference.measuring.playing import EpisodePlayer
from policies.general.general_policy import GeneralPolicy

_MAX_COPIES: Final = 100
_FEW_COPIES: Final = 4
_MAX_BYTES: Final = 2**21


class ProgressReceiver(Protocol):
    """Receives progress, and may cancel by raising."""

    def __call__(self, **changes: object) -> None:
        """Receives changed fields of an EvaluationReport."""


def measure_returns(
    model: ClewModel,
    onnx: bytes,
    known: KnownEnvironments,
    check_cancelled: Callable[[], None],
    report: ProgressReceiver,
) -> list[Returns]:
    """Plays 100 episodes from held-out seeds in the environment, and as many in each of its variants.

    Raises the errors of policies and environments, and those of `check_cancelled`, which is called at each step.
    """
    source = model.source
    facts = known.facts_of(source)
    variants = (None, *facts.variants)
    report(env_id=facts.env_id, episodes=EVALUATION_EPISODES * len(variants))
    found: list[Returns] = []

    def played(number: int) -> None:
        check_cancelled()
        report(played=EVALUATION_EPISODES * len(found) + number)

    with closing(_policy(model, onnx, facts)) as policy:
        for variant in variants:
            place = source.model_copy(update={"variant": variant})
            with closing(_copies(place, known, facts)) as environments:
                episodes = EpisodePlayer(policy, environments, played).play(HELD_OUT_SEEDS)
            found.append(Returns.of(episodes, variant))
            report(returns=list(found))
    return found


def _policy(model: ClewModel, onnx: bytes, facts: EnvironmentFacts) -> GeneralPolicy:
    return GeneralPolicy.load(onnx, facts, model.policy_signature, algorithm=model.algorithm, in_background=True)


def _copies(source: EnvironmentSource, known: KnownEnvironments, facts: EnvironmentFacts) -> ManyEnvironments:
    """Creates fewer copies if observations are large, since all are in one answer, or if creating many is too slow."""
    parts = leaves(facts.observation_space).values()
    each = sum(math.prod(part.shape) * np.dtype(part.dtype).itemsize for part in parts)
    copies = max(1, min(_MAX_COPIES, _MAX_BYTES // max(1, each)))
    try:
        return ManyEnvironments(source, known, copies)
    except EnvironmentFailed:
        if copies <= _FEW_COPIES:
            raise
        return ManyEnvironments(source, known, _FEW_COPIES)
