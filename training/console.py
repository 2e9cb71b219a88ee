"""The output of a training: a progress bar on a terminal, lines in a log."""

import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

from training.progress import Progress, Rates

LINE_SECONDS: Final = 5.0


def print_line(text: str) -> None:
    """Prints one line at once; if the log's disk is full, the training goes on."""
    with suppress(OSError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


class Console:
    """Shows the progress of a training within a `with` block."""

    def __init__(self, whole: int, name: str, unit: str = "episode") -> None:
        self._next_line = 0.0
        self._bar: Any = None
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=whole, unit=unit, desc=name)

    def show(self, progress: Progress, rates: Rates, *, at_the_end: bool = False) -> None:
        """Shows the newest state; in a log every five seconds, and at the end."""
        if self._bar is not None:
            self._bar.set_postfix(success=_share(progress.success_rate), refresh=False)
            self._bar.update(progress.of_whole[0] - self._bar.n)
        elif progress.reward is not None and (at_the_end or time.monotonic() >= self._next_line):
            self._next_line = time.monotonic() + LINE_SECONDS
            print_line(_line(progress, rates))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()


def _line(progress: Progress, rates: Rates) -> str:
    steps = rates.steps_per_second
    of_all = f" of {progress.episodes}" if progress.episodes is not None else ""
    of_steps = f" of {progress.steps_asked}" if progress.steps_asked is not None else ""
    success = "" if progress.success_rate is None and of_steps else f"success {_share(progress.success_rate)}, "
    speed = f", {steps:.0f} a second" if steps else ""
    reward = f"reward {progress.reward or 0.0:.2f}"
    return f"Episode {progress.finished}{of_all}: {success}{reward}, {progress.steps}{of_steps} steps{speed}"


def _share(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.0%}"
