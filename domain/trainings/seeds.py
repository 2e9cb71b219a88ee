"""Parses and formats several seeds as one text: "7", "1-5", "1, 3, 10-12"."""

import re
from collections.abc import Iterable
from typing import Final

from domain.errors.trainings.requests import SeedsUnreadable, TooManySeeds

MAX_SEEDS: Final = 100
_LARGEST: Final = 2**32 - 1
_PART: Final = re.compile(r"\s*(\d{1,10})\s*(?:[-–]\s*(\d{1,10})\s*)?")


def read_seeds(text: str) -> tuple[int, ...]:
    """Returns the distinct seeds in a text, in its order; raises BadInput."""
    seeds: dict[int, None] = {}
    for part in text.split(","):
        found = _PART.fullmatch(part)
        if not found:
            raise SeedsUnreadable(text)
        low, high = int(found[1]), int(found[2] or found[1])
        if not low <= high <= _LARGEST:
            raise SeedsUnreadable(text)
        if len(seeds) + high - low >= MAX_SEEDS:
            raise TooManySeeds(MAX_SEEDS)
        seeds |= dict.fromkeys(range(low, high + 1))
    return tuple(seeds)


def seeds_text(seeds: Iterable[int]) -> str:
    """Returns the shortest text for these seeds that `read_seeds` accepts."""
    spans: list[list[int]] = []
    for seed in seeds:
        if spans and seed == spans[-1][1] + 1:
            spans[-1][1] = seed
        else:
            spans.append([seed, seed])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in spans)
