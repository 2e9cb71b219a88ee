"""An example session that replaces real GPUs, to try the page without any. It was made up, not measured.

`python -m gpu_monitor.sampling.make_example_session` writes the file that is played here.
"""

import json
import time
from pathlib import Path
from typing import Any, Final

from domain.gpus import Gpu, GpuProcess
from gpu_monitor.driver.reservations import with_holder
from gpu_monitor.readings import Reading

FILE: Final = Path(__file__).parent / "example_session.jsonl"
"""First line: constants, and `step_seconds`; each further line: the values of all GPUs at one moment."""


class ExampleSession:
    """Plays the session in a loop."""

    def __init__(self) -> None:
        lines = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
        self._step_seconds: float = lines[0]["step_seconds"]
        self._constant: list[dict[str, Any]] = lines[0]["gpus"]
        self._moments: list[list[dict[str, Any]]] = lines[1:]
        self._began = time.monotonic()

    def read(self, interval_seconds: float) -> Reading:
        """Returns the current moment of the session, marked as a recording."""
        step = int((time.monotonic() - self._began) / self._step_seconds)
        now = time.time_ns() // 1_000_000
        moment = self._moments[step % len(self._moments)]
        gpus = [_gpu(now, constant | values) for constant, values in zip(self._constant, moment, strict=True)]
        return Reading(taken_at=now, recording=True, gpus=gpus)


def _gpu(now: int, fields: dict[str, Any]) -> Gpu:
    processes = [GpuProcess(**one) for one in fields.pop("processes")]
    return with_holder(Gpu(timestamp=now, processes=processes, **fields), (), alike=True)
