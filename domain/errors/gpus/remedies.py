"""Advice for problems with a host or a GPU."""

from domain.messages import Message, template


class GpuRemedy(Message):
    """Advice for a problem with a host or a GPU."""


class WaitSomeSeconds(GpuRemedy):
    text = template("Wait a few seconds.")


class CheckLspci(GpuRemedy):
    text = template("Check the GPU with lspci; in a container, start it with --gpus all.")


class InstallDriver(GpuRemedy):
    text = template(
        "Install the NVIDIA driver; in a container, start it with --gpus all and the NVIDIA container toolkit."
    )


class LoadDriver(GpuRemedy):
    text = template("Load it with sudo modprobe nvidia; after an update of the kernel, install the driver again.")


class PermitControlDevice(GpuRemedy):
    text = template("Give the monitor's user access to /dev/nvidiactl and /dev/nvidia*, usually by its group video.")


class RebootOrReload(GpuRemedy):
    text = template("Reboot the machine, or unload and load the nvidia kernel modules.")


class WaitForFreshProcess(GpuRemedy):
    text = template("Wait: the monitor tries again with a new process.")


class LookForXid(GpuRemedy):
    text = template("Look for Xid errors with sudo dmesg, and reboot the machine.")


class TryNvidiaSmi(GpuRemedy):
    text = template("Check that nvidia-smi works on this machine, and read the monitor's log.")


class ResetLostGpu(GpuRemedy):
    text = template("Look for Xid 79 with sudo dmesg, and reset the GPU or reboot the machine.")


class PermitDevice(GpuRemedy):
    text = template("Give the monitor's user access to /dev/nvidia*, usually by its group video.")


class MakeInstances(GpuRemedy):
    text = template("Make instances with sudo nvidia-smi mig -cgi, or turn MIG off with sudo nvidia-smi -mig 0.")


class TryNvidiaSmiReset(GpuRemedy):
    text = template("Try nvidia-smi on this machine; sudo nvidia-smi --gpu-reset may help.")


class InstallAmdSmi(GpuRemedy):
    text = template(
        "Install ROCm's amd-smi-lib and, in Clew's environment, the Python package amdsmi of the same version."
    )


class LoadAmdgpu(GpuRemedy):
    text = template("Load it with sudo modprobe amdgpu; in a container, pass /dev/kfd and /dev/dri.")


class PermitAmdDevices(GpuRemedy):
    text = template(
        "Give the monitor's user access to /dev/kfd and /dev/dri/renderD*, usually by its groups render and video."
    )


class TryAmdSmi(GpuRemedy):
    text = template("Check that amd-smi works on this machine, and read the monitor's log.")
