"""Reads the progress file that a program of Clew's writes during training, as it grows."""

import math
import os
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from domain.trainings.training import LivePoints, TrainingProgress
from scheduler.live.curves import Curve

_PIECE: Final = 2**20
_LONGEST_LINE: Final = 10_000
Word = Literal["reward", "loss", "success_rate"]
WORDS: Final[tuple[Word, ...]] = ("reward", "loss", "success_rate")


class ProgressFile:
    """One progress file, with a JSON line per update; invalid lines are skipped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begin()

    def _begin(self) -> None:
        self._read_to = 0
        self._rest = b""
        self._curves = {word: Curve(word) for word in WORDS}
        self.last: TrainingProgress | None = None

    @property
    def curves(self) -> list[LivePoints]:
        """The curves so far."""
        return [points for curve in self._curves.values() if (points := curve.points()).x]

    def read(self) -> None:
        """Reads new lines."""
        try:
            with self._path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size < self._read_to:  # a new file
                    self._begin()
                file.seek(self._read_to)
                while piece := file.read(_PIECE):
                    self._read_to += len(piece)
                    self._take(piece)
        except OSError:
            return

    def _take(self, piece: bytes) -> None:
        *lines, rest = (self._rest + piece).split(b"\n")
        self._rest = rest if len(rest) <= _LONGEST_LINE else b""
        for line in lines:
            try:
                self._add(TrainingProgress.model_validate_json(line))
            except ValidationError:
                continue

    def _add(self, progress: TrainingProgress) -> None:
        self.last = progress
        x = progress.episode if progress.episode is not None else progress.steps
        for word in WORDS:
            value = getattr(progress, word)
            if x is not None and value is not None and math.isfinite(value):
                self._curves[word].add(x, value)
