"""Makes up the example session: `python -m gpu_monitor.sampling.make_example_session` writes it.

Nothing in it was measured.

Five minutes of four GPUs: one trains (busy, with a pause for each evaluation), one trains in bursts, one serves a
model now and then, one idles until a training starts on it.
"""

import json
import math
import random
from collections.abc import Iterator
from typing import Any, Final

from domain.errors.gpus.throttling import PowerLimit
from gpu_monitor.sampling.example_session import FILE

_STEP_SECONDS: Final = 2
_STEPS: Final = 150
_TOTAL_MIB: Final = 24_576
_LIMIT_W: Final = 300


def _load(gpu: int, second: int) -> float:
    """Returns the intended load of a GPU at that second, 0 to 1."""
    if gpu == 0:
        return 0.15 if second % 60 >= 52 else 0.93
    if gpu == 1:
        return 0.55 + 0.35 * math.sin(second / 4)
    if gpu == 2:
        return 0.35 if second % 23 < 4 else 0.02
    return 0.88 if 90 <= second < 240 else 0.0


def _process(gpu: int, second: int) -> list[dict[str, Any]]:
    names = ["python", "python", "model-server", "python"]
    memory = [17_800, 9_400, 2_300, 13_100]
    if gpu == 3 and not 85 <= second < 245:
        return []
    return [{"pid": 4001 + gpu, "user": "example", "command": names[gpu], "memory_used": memory[gpu]}]


def _moments(rng: random.Random) -> Iterator[list[dict[str, Any]]]:
    heat = [0.0] * 4
    for second in range(0, _STEPS * _STEP_SECONDS, _STEP_SECONDS):
        moment = []
        for gpu in range(4):
            load = min(1.0, max(0.0, _load(gpu, second) + rng.gauss(0, 0.025) * (_load(gpu, second) > 0)))
            heat[gpu] += (load - heat[gpu]) / 12
            moment.append(_values(gpu, second, load, heat[gpu]))
        yield moment


def _values(gpu: int, second: int, load: float, heat: float) -> dict[str, Any]:
    processes = _process(gpu, second)
    slowed_by = [PowerLimit()] if load > 0.97 else []
    return {
        "utilization": round(load * 100),
        "memory_used": 420 + sum(one["memory_used"] for one in processes),
        "temperature": round(34 + 42 * heat),
        "power": round(28 + 262 * load, 1),
        "sm_clock": round(210 + 1_600 * min(1, load * 3)),
        "fan": round(30 + 40 * heat),
        "throttle_reasons": [str(reason) for reason in slowed_by],
        "throttle_codes": [reason.code for reason in slowed_by],
        "processes": processes,
    }


def main() -> None:
    """Writes the file; its content is the same every time."""
    gpus = [
        {
            "gpu_id": gpu,
            "uuid": f"EXAMPLE-{gpu}",
            "name": f"Example GPU {gpu}",
            "memory_total": _TOTAL_MIB,
            "power_limit": _LIMIT_W,
            "temperature_limit": 93,
        }
        for gpu in range(4)
    ]
    head = {"what": "example session, not measured", "step_seconds": _STEP_SECONDS, "gpus": gpus}
    lines = [head, *_moments(random.Random(1))]
    FILE.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main()
