"""Why a host's GPUs, or one of them, cannot be read or are not whole."""

from domain.messages import Message, Reason, template


class GpusNotReadYet(Message):
    """No sample has been taken yet."""

    text = template("The GPUs have not been read yet.")


class DriverHasNoGpu(Message):
    """The NVIDIA driver counts no GPU."""

    text = template("The NVIDIA driver runs, but has no GPU.")


class LibraryMissing(Message):
    """NVML is not installed."""

    text = template("The NVIDIA driver's library libnvidia-ml.so.1 is not on this machine.")


class DriverNotLoaded(Message):
    """NVML is installed, but the NVIDIA kernel module is not loaded."""

    text = template("The NVIDIA kernel module is not loaded.")


class HostNotPermitted(Message):
    """The monitor's user may not open the NVIDIA devices."""

    text = template("This user may not query the NVIDIA driver.")


class DriverUpgraded(Message):
    """NVML and the kernel module have different versions."""

    text = template("The NVIDIA library and the kernel module are of different versions: the driver was upgraded.")


class AmdLibraryMissing(Message):
    """amdsmi is not installed."""

    text = template(
        "There is an AMD GPU, but ROCm's amdsmi (its library, or the Python package) is not on this machine."
    )


class AmdDriverNotLoaded(Message):
    """amdsmi is installed, but the kernel module amdgpu is not loaded."""

    text = template("The kernel module amdgpu is not loaded.")


class AmdHasNoGpu(Message):
    """amdsmi lists no GPU."""

    text = template("ROCm's amdsmi runs, but finds no GPU.")


class AmdNotPermitted(Message):
    """The monitor's user may not open the AMD devices."""

    text = template("This user may not query AMD's driver.")


class DriverStale(Message):
    """The driver has not answered for some periods."""

    text = template("The GPU driver has stopped answering.")


class DriverNotAnswering(Message):
    """The driver does not answer, not even to new processes."""

    text = template("The GPU driver does not answer, not even to new processes.")


class GpusUnreadable(Message):
    """The host's GPUs could not be read, for an unknown reason."""

    text = template("The GPUs could not be read.")


class GpusUnreadableBecause(Message):
    """The host's GPUs could not be read; `detail` is the driver's message."""

    text = template("The GPUs could not be read ({detail}).")
    detail: Reason


class SamplerEnded(Message):
    """The process that reads the driver exited by itself."""

    text = template("The process that queries the GPU driver ended (exit status {number}).")
    number: int | None


class GpuLost(Message):
    """The GPU does not answer any more."""

    text = template("The GPU has fallen off the bus.")


class GpuNotPermitted(Message):
    """The monitor's user may not open the GPU's device."""

    text = template("This user may not read the GPU.")


class GpuSplit(Message):
    """MIG is on."""

    text = template("The GPU is split into MIG instances, so it has no utilization as a whole.")


class GpuUnreadable(Message):
    """The GPU could not be read, for an unknown reason."""

    text = template("The GPU could not be read.")


class GpuUnreadableBecause(Message):
    """The GPU could not be read; `detail` is the driver's message, or ours."""

    text = template("The GPU could not be read ({detail}).")
    detail: Reason
