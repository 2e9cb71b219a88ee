"""On a machine with NVIDIA GPUs: the monitor reports the same values as nvidia-smi."""

import shutil
import subprocess

import pytest

from gpu_monitor.driver.nvml.host import NvmlHost

SMI = shutil.which("nvidia-smi")


def _query(fields: str) -> list[list[str]]:
    assert SMI
    command = [SMI, f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [[value.strip() for value in line.split(",")] for line in lines]


def _is_available() -> bool:
    return SMI is not None and subprocess.run([SMI], capture_output=True).returncode == 0


@pytest.mark.skipif(not _is_available(), reason="needs an NVIDIA GPU: nvidia-smi does not work here")
def test_the_monitor_agrees_with_nvidia_smi() -> None:
    reading = NvmlHost(extended=True).read(1)
    expected = _query("index,uuid,name,memory.total,temperature.gpu,memory.used")
    assert [[str(gpu.gpu_id), gpu.uuid, gpu.name] for gpu in reading.gpus] == [line[:3] for line in expected]
    for gpu, line in zip(reading.gpus, expected, strict=True):
        assert gpu.memory_total == pytest.approx(float(line[3]), abs=1)
        assert gpu.temperature == pytest.approx(float(line[4]), abs=5)
        assert gpu.memory_used == pytest.approx(float(line[5]), abs=256)
