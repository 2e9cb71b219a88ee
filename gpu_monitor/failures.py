"""What can be wrong with a host or a GPU, as a cause and a remedy of one sentence each."""

from typing import NamedTuple

from domain.gpus import GpuState, HostState


class Advice(NamedTuple):
    """What is wrong, and what to do about it."""

    cause: str
    remedy: str


HOST: dict[HostState, Advice] = {
    HostState.STARTING: Advice("The GPUs have not been read yet.", "Wait a few seconds."),
    HostState.NO_GPU: Advice(
        "The NVIDIA driver runs, but has no GPU.",
        "Check the GPU with lspci; in a container, start it with --gpus all.",
    ),
    HostState.NO_LIBRARY: Advice(
        "The NVIDIA driver's library libnvidia-ml.so.1 is not on this machine.",
        "Install the NVIDIA driver; in a container, start it with --gpus all and the NVIDIA container toolkit.",
    ),
    HostState.NO_DRIVER: Advice(
        "The NVIDIA kernel module is not loaded.",
        "Load it with sudo modprobe nvidia; after an update of the kernel, install the driver again.",
    ),
    HostState.NO_PERMISSION: Advice(
        "This user may not ask the NVIDIA driver.",
        "Give the monitor's user access to /dev/nvidiactl and /dev/nvidia*, usually by its group video.",
    ),
    HostState.DRIVER_CHANGED: Advice(
        "The NVIDIA library and the kernel module are of different versions: the driver was upgraded.",
        "Reboot the machine, or unload and load the nvidia kernel modules.",
    ),
    HostState.STALE: Advice(
        "The NVIDIA driver has stopped answering.", "Wait: the monitor asks again with a fresh process."
    ),
    HostState.NOT_ANSWERING: Advice(
        "The NVIDIA driver does not answer, not even to fresh processes.",
        "Look for Xid errors with sudo dmesg, and reboot the machine.",
    ),
    HostState.FAILED: Advice(
        "The GPUs could not be read.", "See whether nvidia-smi works on this machine, and read the monitor's log."
    ),
}

GPU: dict[GpuState, Advice] = {
    GpuState.LOST: Advice(
        "The GPU has fallen off the bus.", "Look for Xid 79 with sudo dmesg, and reset the GPU or reboot the machine."
    ),
    GpuState.NO_PERMISSION: Advice(
        "This user may not read the GPU.", "Give the monitor's user access to /dev/nvidia*, usually by its group video."
    ),
    GpuState.MIG: Advice(
        "The GPU is split into MIG instances, so it has no utilization as a whole.",
        "Watch the instances with nvidia-smi or DCGM, or turn MIG off with sudo nvidia-smi -mig 0.",
    ),
    GpuState.FAILED: Advice(
        "The GPU could not be read.", "Try nvidia-smi on this machine; sudo nvidia-smi --gpu-reset may help."
    ),
}


class HostTrouble(Exception):
    """No GPU of this host can be read; `state` says why."""

    def __init__(self, state: HostState, detail: str = "") -> None:
        super().__init__(detail)
        self.state = state
        self.remedy = HOST[state].remedy
        self.cause = _with_detail(HOST[state].cause, detail)


class GpuTrouble(Exception):
    """One GPU cannot be read, or not all of it; `state` says why."""

    def __init__(self, state: GpuState, detail: str = "") -> None:
        super().__init__(detail)
        self.state = state
        self.remedy = GPU[state].remedy
        self.cause = _with_detail(GPU[state].cause, detail)


def _with_detail(cause: str, detail: str) -> str:
    return f"{cause.removesuffix('.')} ({detail})." if detail else cause
