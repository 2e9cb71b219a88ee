"""Changes of runs' metrics compared with the first run: by how much, and whether that is better."""

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Final, get_args

from pydantic import BaseModel, ConfigDict, WithJsonSchema

from domain.tracking.final_metrics import DIRECTIONS
from domain.tracking.runs import Run
from domain.tracking.vocabulary import MetricWord, Vocabulary

# The most of them is the final count, but a run that trained for longer is not a better one.
_COUNTS: Final[frozenset[MetricWord]] = frozenset({"episodes", "env_steps"})


# JSON has no such numbers, so they are written as texts.
_Value = Annotated[
    float, WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "enum": ["NaN", "Infinity", "-Infinity"]}]})
]


class Verdict(StrEnum):
    """Whether a value is better than the first run's, where the direction is known."""

    BETTER = "better"
    WORSE = "worse"


class MetricCell(BaseModel):
    """A run's last value and its comparison with the first run's: difference, relative difference, and which is better.

    A difference is None where one of the two is missing or not finite, a share also where the first is zero.
    """

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")

    value: _Value | None
    difference: float | None = None
    share: float | None = None
    verdict: Verdict | None = None


class MetricRow(BaseModel):
    """A metric by its word, whatever each run's tool calls it, or by its key; a cell for each run."""

    model_config = ConfigDict(frozen=True)

    word: MetricWord | None
    key: str
    cells: tuple[MetricCell, ...]


def metric_changes(runs: Sequence[Run], vocabulary: Vocabulary) -> list[MetricRow]:
    """Returns the metrics whose last values differ: first those with a word, then all others by key."""
    rows: list[MetricRow] = []
    seen_by_run: list[set[str]] = [set() for _run in runs]
    # A tool's only loss may count as two words, the loss and the value function's: it is listed once, as the first.
    has_row: set[tuple[str | None, ...]] = set()
    for word in get_args(MetricWord):
        keys = tuple(run.metric_key(word, vocabulary) for run in runs)
        if keys in has_row:
            continue
        has_row.add(keys)
        for seen, key in zip(seen_by_run, keys, strict=True):
            seen |= {key} if key else set()
        values = [_of_word(run, word, key, vocabulary) for run, key in zip(runs, keys, strict=True)]
        rows.append(_row(word, next(filter(None, keys), word), values))
    others = {key for run, seen in zip(runs, seen_by_run, strict=True) for key in run.metrics if key not in seen}
    rows += [_row(None, key, [_of_key(run, key) for run in runs]) for key in sorted(others)]
    return [row for row in rows if _differs(row)]


def _of_word(run: Run, word: MetricWord, key: str | None, vocabulary: Vocabulary) -> float | None:
    """Returns a rate as a share of 1; other or diverged metrics as logged."""
    value = run.latest(word, vocabulary)
    return run.metrics[key].value if value is None and key is not None else value


def _of_key(run: Run, key: str) -> float | None:
    return run.metrics[key].value if key in run.metrics else None


def _row(word: MetricWord | None, key: str, values: Sequence[float | None]) -> MetricRow:
    first = values[0]
    cells = [MetricCell(value=first), *(_cell(word, first, value) for value in values[1:])]
    return MetricRow(word=word, key=key, cells=tuple(cells))


def _differs(row: MetricRow) -> bool:
    first, *others = [cell.value for cell in row.cells]
    return any(repr(first) != repr(other) and first != other for other in others)


def _cell(word: MetricWord | None, first: float | None, value: float | None) -> MetricCell:
    if first is None or value is None:
        return MetricCell(value=value)
    difference = value - first
    is_finite = math.isfinite(difference) and math.isfinite(first) and math.isfinite(value)
    share = difference / abs(first) if is_finite and first else math.nan
    return MetricCell(
        value=value,
        difference=difference if is_finite else None,
        share=share if math.isfinite(share) else None,
        verdict=_verdict(word, first, value),
    )


def _verdict(word: MetricWord | None, first: float, value: float) -> Verdict | None:
    """Returns which value is better; a finite one is better than a diverged one."""
    direction = None if word is None or word in _COUNTS else DIRECTIONS[word]
    if direction is None:
        return None
    if math.isfinite(first) != math.isfinite(value):
        return Verdict.BETTER if math.isfinite(value) else Verdict.WORSE
    if not math.isfinite(first) or first == value:
        return None
    return Verdict.BETTER if (value > first) == (direction == "max") else Verdict.WORSE
