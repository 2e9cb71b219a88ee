"""One sampler as a child process, from its start until the kernel has ended it."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from gpu_monitor.readings import Reading

_TREE = Path(__file__).parents[2]
OnReading = Callable[["SamplerChild", Reading | None], None]


class SamplerChild:
    """A running sampler; `on_reading` gets each reading in another thread, and None at the end of the output."""

    def __init__(self, on_reading: OnReading) -> None:
        self._on_reading = on_reading
        self.readings = 0
        paths = [str(_TREE), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gpu_monitor.sampling.sampler"],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Not reached by the terminal's Ctrl-C: it ends when its stdin closes.
            start_new_session=True,
        )
        threading.Thread(target=self._listen, name="sampler lines", daemon=True).start()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def exit_status(self, wait_seconds: float = 0.0) -> int | None:
        """Returns how it ended (negative: by that signal); None if it has not ended within so many seconds."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(wait_seconds)
        return None

    def kill(self) -> None:
        """Sends SIGKILL without waiting: in uninterruptible sleep it lives until the driver answers."""
        self._process.kill()
        assert self._process.stdin
        self._process.stdin.close()

    def _listen(self) -> None:
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                try:
                    reading = Reading.model_validate_json(line)
                except ValidationError as error:
                    raise AssertionError(f"the sampler said {line[:200]!r}") from error
                self._on_reading(self, reading)
        self._on_reading(self, None)
