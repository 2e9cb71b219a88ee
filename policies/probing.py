"""The batches in which a check runs a policy, and the judgement of its answers.

Answers have to be finite numbers, and the same each time and in any batch, since the policy is evaluated in batches
but watched one step at a time. Probabilities have to be valid. Constant answers pass: a policy that always goes right
is a baseline.
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from domain.errors import PolicyRefused
from domain.errors.policies import CheckAnswerUnreadable, NoAnswer, WrongShapeWanted
from domain.errors.policy_checks.answers import (
    AnswersDifferAgain,
    AnswersDifferTogether,
    NoProbabilities,
    ScoresNotFiniteFor,
)
from domain.inference.probe_observations import Probes
from domain.messages import Message

VERSION: Final = 2
"""Increases whenever the check becomes stricter: policies that passed an earlier version are checked again."""

Scores = NDArray[np.float32]

_MAX_TOGETHER: Final = 256  # the largest batch that is ever requested of a policy
_ALONE: Final = 12
_FEW: Final = (2, 3, 7)
# The difference that another order of float32 sums may cause, as a share of the largest score.
_ROUNDING: Final = 1e-3
_PROBABILITY_ROUNDING: Final = 0.01  # allows for results computed in half precision


class Answer(BaseModel):
    """A policy's output for one batch: the shape of its scores, and if that is right float32 in base64."""

    model_config = ConfigDict(strict=True)

    shape: list[int]
    scores: str | None = None


def batches(count: int) -> list[tuple[int, int]]:
    """Returns the slices of `count` observations, begin and length, in which a policy is run.

    Single ones come first and twice.
    """
    alone = [(begin, 1) for begin in range(min(_ALONE, count))]
    few = [(0, size) for size in _FEW if size <= count]
    many = [(begin, min(_MAX_TOGETHER, count - begin)) for begin in range(0, count, _MAX_TOGETHER)]
    return [*alone, *alone, *few, *many]


def wrong_answers(answers: Sequence[Answer], probes: Probes, output: str, width: int) -> Message | None:
    """Returns an error about the answers to `batches`, scores [n, width] of the kind `output`.

    None if they are right.
    """
    planned = batches(len(probes.kinds))
    if len(answers) != len(planned):
        return NoAnswer()
    known: dict[int, tuple[int, Scores]] = {}
    for (begin, count), answer in zip(planned, answers, strict=True):
        if answer.shape != [count, width]:
            return WrongShapeWanted(str(answer.shape), count, f"[{count}, {width}]")
        for row, scores in enumerate(_scores(answer), start=begin):
            wrong = _wrong(scores, probes.kinds[row], output) or _changed(scores, count, known.get(row), probes, row)
            if wrong:
                return wrong
            known.setdefault(row, (count, scores))
    return None


def _scores(answer: Answer) -> Iterator[Scores]:
    try:
        content = base64.b64decode(answer.scores or "", validate=True)
        yield from np.frombuffer(content, np.float32).reshape(answer.shape)
    except (binascii.Error, ValueError) as error:
        raise PolicyRefused(CheckAnswerUnreadable()) from error


def _wrong(scores: Scores, kind: Message, output: str) -> Message | None:
    if not np.isfinite(scores).all():
        return ScoresNotFiniteFor(kind)
    if output == "action_probabilities" and not _are_probabilities(scores):
        return NoProbabilities(_listed(scores), kind)
    return None


def _are_probabilities(scores: Scores) -> bool:
    whole = float(scores.sum(dtype=np.float64))
    return bool((scores >= -_PROBABILITY_ROUNDING).all()) and abs(whole - 1) <= _PROBABILITY_ROUNDING


def _changed(scores: Scores, count: int, before: tuple[int, Scores] | None, probes: Probes, row: int) -> Message | None:
    """Returns an error if the answer differs from an earlier one to the same observation, in a batch of any size."""
    if before is None or np.allclose(scores, before[1], rtol=0, atol=_tolerance(scores, before[1])):
        return None
    first, again, kind = _listed(before[1]), _listed(scores), probes.kinds[row]
    return AnswersDifferAgain(first, again, kind) if count == before[0] else AnswersDifferTogether(first, again, kind)


def _tolerance(one: Scores, other: Scores) -> float:
    return _ROUNDING * max(float(np.abs(one).max()), float(np.abs(other).max())) + 1e-6


def _listed(scores: Scores) -> str:
    return f"[{', '.join(f'{score:.3g}' for score in scores.tolist())}]"
