"""The check of a policy for any environment before its activation: loads it, runs it, and judges its answers.

Answers have to be finite numbers, and the same each time and in any batch; probabilities have to be valid, choices
have to exist. The policy runs in a process of its own, under limits, and computes for at most ten seconds.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Final

import numpy as np

from domain.environments.facts import EnvironmentFacts
from domain.environments.spaces import MultiBinarySpace, MultiDiscreteSpace
from domain.errors import PolicyFailed, PolicyRefused
from domain.errors.policies import AnswerTimedOut, LoadTimedOut, TooSlow
from domain.errors.policy_checks.answers import (
    AnswersDifferAgain,
    AnswersDifferTogether,
    NoProbabilities,
    StateNotKept,
)
from domain.inference.policies import PolicyGraph
from domain.inference.probe_spaces import Observation, Probe, probes_of, stacked
from domain.inference.signatures import Meaning
from domain.messages import Message
from policies.general.answering import PolicyAnswer
from policies.general.general_policy import GeneralPolicy, TensorProcess

VERSION: Final = 1
"""Increases whenever the check becomes stricter: policies that passed an earlier version are checked again."""
CHECK_SECONDS: Final = 10.0

_ALONE: Final = 12
_FEW: Final = (2, 3, 7)
_LONGEST_EPISODE: Final = 24
# As in the maze's check: the difference that another order of float32 sums may cause.
_ROUNDING: Final = 1e-3
_PROBABILITY_ROUNDING: Final = 0.01


def check_general_policy(
    onnx: bytes,
    facts: EnvironmentFacts,
    tag: str | None,
    *,
    algorithm: str | None = None,
    played: Sequence[Observation] = (),
) -> PolicyGraph:
    """Loads the policy, runs it, and returns its description with its signature; it computes for ten seconds at most.

    `tag` is the tag `policy_signature`; `played` are consecutive observations from the environment. Raises
    PolicyRefused with the reason, SignatureUnclear with the choices, and ServiceUnavailable if this machine could not
    check it.
    """
    try:
        with closing(GeneralPolicy.load(onnx, facts, tag, algorithm=algorithm, load_seconds=CHECK_SECONDS)) as policy:
            wrong = _Check(policy, facts).wrong(played)
            graph = policy.graph
    except PolicyFailed as error:
        reason = error.reason
        if isinstance(reason, AnswerTimedOut | LoadTimedOut):
            reason = TooSlow(reason.limit)
        raise PolicyRefused(reason) from error
    if wrong is not None:
        raise PolicyRefused(wrong)
    return graph


def load_without_environment(onnx: bytes) -> PolicyGraph:
    """Returns only the content of the file, for an environment that is not installed.

    Raises as `check_general_policy`.
    """
    try:
        with closing(TensorProcess(onnx)) as process:
            return process.graph
    except PolicyFailed as error:
        raise PolicyRefused(error.reason) from error


Known = tuple[int, PolicyAnswer]
"""The size of the batch, and the answer."""


class _Check:
    """Runs one policy until its time, from its loading on, is over."""

    def __init__(self, policy: GeneralPolicy, facts: EnvironmentFacts) -> None:
        self._policy = policy
        self._facts = facts

    def wrong(self, played: Sequence[Observation]) -> Message | None:
        """Returns the first error in its answers, or None; raises PolicyFailed."""
        probes = probes_of(self._facts, played)
        return self._of_each(probes) or self._of_episodes(played or [observation for observation, _kind in probes])

    def _of_each(self, probes: Sequence[Probe]) -> Message | None:
        known: dict[int, Known] = {}
        for begin, count in self._batches(len(probes)):
            answers = self._answers([observation for observation, _kind in probes[begin : begin + count]])
            for row, answer in enumerate(answers, start=begin):
                kind = probes[row][1]
                found = self._no_probabilities(answer, kind) or _changed(answer, count, known.get(row), kind)
                if found is not None:
                    return found
                known.setdefault(row, (count, answer))
        return None

    def _batches(self, count: int) -> Iterator[tuple[int, int]]:
        """Yields begin and length: single ones first and twice, then all of them, together if the file allows that."""
        alone = [(begin, 1) for begin in range(min(_ALONE, count))]
        yield from (*alone, *alone)
        if self._policy.signature.together == 1:
            yield from ((begin, 1) for begin in range(_ALONE, count))
            return
        yield from ((0, size) for size in _FEW if size <= count)
        yield 0, count

    def _of_episodes(self, seen: Sequence[Observation]) -> Message | None:
        """Returns an error if a recurrent policy does not repeat an episode identically."""
        if not self._policy.signature.is_recurrent:
            return None
        first, second = (self._episode(seen[:_LONGEST_EPISODE]) for _time in range(2))
        for once, again in zip(first, second, strict=True):
            if not _are_alike(once, again):
                return StateNotKept(_listed(once), _listed(again))
        return None

    def _episode(self, seen: Sequence[Observation]) -> list[PolicyAnswer]:
        answers: list[PolicyAnswer] = []
        for observation in seen:
            state = answers[-1].state if answers else None
            answers.append(self._policy.infer(observation, state, self._policy.load_deadline))
        return answers

    def _answers(self, observations: Sequence[Observation]) -> list[PolicyAnswer]:
        nothing_before = [None] * len(observations)
        return self._policy.infer_many(stacked(observations), nothing_before, self._policy.load_deadline)

    def _no_probabilities(self, answer: PolicyAnswer, kind: Message) -> Message | None:
        if answer.scores is None or answer.scores_kind != Meaning.PROBABILITIES.value:
            return None
        scores = np.array(answer.scores)
        space = self._facts.action_space
        within = bool(((scores >= -_PROBABILITY_ROUNDING) & (scores <= 1 + _PROBABILITY_ROUNDING)).all())
        parts = np.split(scores, np.cumsum(space.nvec)[:-1]) if isinstance(space, MultiDiscreteSpace) else [scores]
        adds_up = isinstance(space, MultiBinarySpace) or all(
            abs(float(part.sum()) - 1) <= _PROBABILITY_ROUNDING for part in parts
        )
        return None if within and adds_up else NoProbabilities(_listed(answer), kind)


def _changed(
    answer: PolicyAnswer, count: int, before: tuple[int, PolicyAnswer] | None, kind: Message
) -> Message | None:
    """Returns an error if the answer differs from an earlier one to the same observation, in a batch of any size."""
    if before is None or _are_alike(answer, before[1]):
        return None
    first, again = _listed(before[1]), _listed(answer)
    return AnswersDifferAgain(first, again, kind) if count == before[0] else AnswersDifferTogether(first, again, kind)


def _are_alike(one: PolicyAnswer, other: PolicyAnswer) -> bool:
    """Returns whether they differ by rounding at most.

    If there are scores, the two best actions may be tied.
    """
    numbers = (_numbers(one), _numbers(other))
    tolerance = _ROUNDING * max(float(np.abs(one).max(initial=0)) for one in numbers) + 1e-6
    return bool(np.allclose(*numbers, rtol=0, atol=tolerance))


def _numbers(answer: PolicyAnswer) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    chosen = answer.scores if answer.scores is not None else np.ravel(answer.action)
    return np.array([*chosen, *([] if answer.value is None else [answer.value])], np.float64)


def _listed(answer: PolicyAnswer) -> str:
    numbers = _numbers(answer).tolist()
    shown = ", ".join(f"{number:.3g}" for number in numbers[:8])
    return f"[{shown}{', …' if len(numbers) > 8 else ''}]"
