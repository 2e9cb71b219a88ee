"""Compares the monitor's readings with nvidia-smi's output: `python -m bench.gpu_against_nvidia_smi`.

Needs a machine with an NVIDIA GPU; exit status 1 if a field differs by more than it may between two readings, 2 if
nvidia-smi does not work. The monitor reads before and after nvidia-smi, so that a changing number is within the
two.
"""

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from domain.gpus import Gpu, GpuState
from gpu_monitor.driver.gpu_host import GpuHost

_UNKNOWN: Final = {"[N/A]", "N/A", "[Not Supported]", "[GPU requires reset]", "[Unknown Error]", ""}


class Field(NamedTuple):
    """One field: nvidia-smi's name for it, Clew's, and by how much the two may differ beyond the change between
    readings."""

    query_name: str
    ours: Callable[[Gpu], str | float | None]
    slack: float = 0.0


FIELDS: Final = (
    Field("index", lambda gpu: float(gpu.gpu_id)),
    Field("uuid", lambda gpu: gpu.uuid),
    Field("name", lambda gpu: gpu.name),
    Field("mig.mode.current", lambda gpu: "Enabled" if gpu.state is GpuState.MIG else None),
    Field("utilization.gpu", lambda gpu: gpu.utilization, 25),  # nvidia-smi shows the current value
    Field("memory.total", lambda gpu: gpu.memory_total, 1),
    Field("memory.used", lambda gpu: gpu.memory_used, 2),
    Field("temperature.gpu", lambda gpu: gpu.temperature, 1),
    Field("power.draw", lambda gpu: gpu.power, 20),
    Field("enforced.power.limit", lambda gpu: gpu.power_limit, 1),
    Field("clocks.sm", lambda gpu: gpu.sm_clock, 60),
    Field("fan.speed", lambda gpu: gpu.fan, 2),
    Field("ecc.errors.uncorrected.volatile.total", lambda gpu: gpu.ecc_errors),
)


def main() -> int:
    """Prints a line for each field of each GPU; returns the exit status."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--looks", type=int, default=5, help="how often the two are compared")
    comparisons = arguments.parse_args().looks
    if (smi := shutil.which("nvidia-smi")) is None or subprocess.run([smi], capture_output=True).returncode:
        sys.stderr.write("nvidia-smi does not work here\n")
        return 2
    host, differing = GpuHost(extended=True), 0
    for number in range(comparisons):
        before = host.read(1).gpus
        time.sleep(0.5)
        rows_of_smi = _asked(smi, "--query-gpu=" + ",".join(field.query_name for field in FIELDS))
        apps = _asked(smi, "--query-compute-apps=gpu_uuid,pid,used_memory")
        reading = host.read(0.5)
        after = reading.gpus
        sys.stdout.write(f"look {number + 1}, driver {reading.driver_version}\n")
        differing += _compare(
            [gpu for gpu in before if gpu.mig is None], [gpu for gpu in after if gpu.mig is None], rows_of_smi
        )
        differing += _compare_processes(after, apps)
    sys.stdout.write(f"{differing} fields differ\n")
    return 1 if differing else 0


def _asked(smi: str, query: str) -> list[list[str]]:
    command = [smi, query, "--format=csv,noheader,nounits"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    return [[value.strip() for value in line.split(",")] for line in lines if line.strip()]


def _compare(before: list[Gpu], after: list[Gpu], rows_of_smi: list[list[str]]) -> int:
    if len(rows_of_smi) != len(after):
        sys.stdout.write(f"DIFFERS: {len(after)} GPUs, and nvidia-smi has {len(rows_of_smi)}\n")
        return 1
    differing = 0
    for old, new, line in zip(before, after, rows_of_smi, strict=True):
        for field, theirs in zip(FIELDS, line, strict=True):
            ours = [field.ours(old), field.ours(new)]
            agrees = _agree(ours, theirs, field.slack)
            differing += not agrees
            sys.stdout.write(
                f"{'' if agrees else 'DIFFERS '}gpu {new.gpu_id} {field.query_name}: {ours[1]} | {theirs}\n"
            )
    return differing


def _agree(ours: list[str | float | None], theirs: str, slack: float) -> bool:
    if theirs in _UNKNOWN or theirs == "Disabled":
        return None in ours
    numbers = [one for one in ours if isinstance(one, float | int)]
    try:
        value = float(theirs)
    except ValueError:
        return theirs in ours
    return bool(numbers) and min(numbers) - slack <= value <= max(numbers) + slack


def _compare_processes(gpus: list[Gpu], apps: list[list[str]]) -> int:
    ours = {(gpu.uuid, str(one.pid)) for gpu in gpus for one in gpu.processes or ()}
    missing = [line for line in apps if (line[0], line[1]) not in ours]
    for line in missing:
        sys.stdout.write(f"DIFFERS process {', '.join(line)} is on nvidia-smi's list alone\n")
    sys.stdout.write(f"{len(apps)} processes, {len(missing)} missing\n")
    return len(missing)


if __name__ == "__main__":
    sys.exit(main())
