"""What the GPU monitor says of a host or a GPU: why it is not read, what to do about it, what slows it down."""

from domain.messages import Message, Reason, template


class GpusNotReadYet(Message):
    """No sample has come."""

    text = template("The GPUs have not been read yet.")


class DriverHasNoGpu(Message):
    """The driver counts none."""

    text = template("The NVIDIA driver runs, but has no GPU.")


class LibraryMissing(Message):
    """No NVML is installed."""

    text = template("The NVIDIA driver's library libnvidia-ml.so.1 is not on this machine.")


class DriverNotLoaded(Message):
    """The library is there, the kernel's part is not."""

    text = template("The NVIDIA kernel module is not loaded.")


class HostNotPermitted(Message):
    """The driver's devices are not this user's."""

    text = template("This user may not ask the NVIDIA driver.")


class DriverUpgraded(Message):
    """Library and kernel module do not match."""

    text = template("The NVIDIA library and the kernel module are of different versions: the driver was upgraded.")


class AmdLibraryMissing(Message):
    """No amdsmi is installed."""

    text = template(
        "There is an AMD GPU, but ROCm's amdsmi (its library, or the Python package) is not on this machine."
    )


class AmdDriverNotLoaded(Message):
    """The library is there, the kernel's part is not."""

    text = template("The kernel module amdgpu is not loaded.")


class AmdHasNoGpu(Message):
    """The library lists none."""

    text = template("ROCm's amdsmi runs, but knows no GPU.")


class AmdNotPermitted(Message):
    """The driver's devices are not this user's."""

    text = template("This user may not ask AMD's driver.")


class DriverStale(Message):
    """The driver has been silent for some periods."""

    text = template("The GPU driver has stopped answering.")


class DriverNotAnswering(Message):
    """Fresh processes are not answered either."""

    text = template("The GPU driver does not answer, not even to fresh processes.")


class GpusUnreadable(Message):
    """The host's GPUs could not be read, nobody says why."""

    text = template("The GPUs could not be read.")


class GpusUnreadableBecause(Message):
    """The host's GPUs could not be read; `detail` is the driver's."""

    text = template("The GPUs could not be read ({detail}).")
    detail: Reason


class SamplerEnded(Message):
    """The process that reads the driver ended by itself."""

    text = template("The process that asks the GPU driver ended (exit status {number}).")
    number: int | None


class GpuLost(Message):
    """The GPU answers nothing any more."""

    text = template("The GPU has fallen off the bus.")


class GpuNotPermitted(Message):
    """The GPU's device is not this user's."""

    text = template("This user may not read the GPU.")


class GpuSplit(Message):
    """MIG is on."""

    text = template("The GPU is split into MIG instances, so it has no utilization as a whole.")


class GpuUnreadable(Message):
    """The GPU could not be read, nobody says why."""

    text = template("The GPU could not be read.")


class GpuUnreadableBecause(Message):
    """The GPU could not be read; `detail` is the driver's, or ours."""

    text = template("The GPU could not be read ({detail}).")
    detail: Reason


class CountedTooMany(Message):
    """The driver counts so many GPUs that it cannot mean them."""

    text = template("the driver counts {number} GPUs")
    number: int


class NotUtf8(Message):
    """The driver's text is in no encoding that we read."""

    text = template("is not UTF-8")


class NotUnderstood(Message):
    """The driver's answer could not be taken apart; `detail` is the library's."""

    text = template("cannot be understood ({detail})")
    detail: Reason


class CountedNotKnown(Message):
    """The driver counts a GPU of which it gives no handle."""

    text = template("the driver counts it, but does not know it")


class InstanceNotKnown(Message):
    """A MIG instance whose numbers are none."""

    text = template("the driver lists it, but its number is none")


class InstanceTwice(Message):
    """A MIG instance with another's numbers."""

    text = template("the driver lists it twice")


class DiskUnreadable(Message):
    """A folder's file system could not be asked; `detail` is the system's."""

    text = template("The disk cannot be read ({detail}).")
    detail: Reason


class DiskSilent(Message):
    """A folder's file system answers nothing."""

    text = template("The disk has not answered for {number} s.")
    number: int


class ThrottleReason(Message):
    """What holds a GPU's clocks down."""


class ClocksSet(ThrottleReason):
    """A reason."""

    text = template("clocks set by an administrator")


class PowerLimit(ThrottleReason):
    """A reason."""

    text = template("power limit")


class HardwareSlowdown(ThrottleReason):
    """A reason."""

    text = template("hardware slowdown")


class SyncBoost(ThrottleReason):
    """A reason."""

    text = template("sync boost group")


class DriverTemperature(ThrottleReason):
    """A reason."""

    text = template("temperature (driver)")


class HardwareTemperature(ThrottleReason):
    """A reason."""

    text = template("temperature (hardware)")


class PowerBrake(ThrottleReason):
    """A reason."""

    text = template("power brake")


class DisplayClock(ThrottleReason):
    """A reason."""

    text = template("display clock setting")
