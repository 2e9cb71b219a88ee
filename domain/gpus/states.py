"""The states of GPU hosts and GPUs."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from domain.gpus.limits import LONGEST_TEXT
from domain.message_data import Coded, coded
from domain.messages import Message


class HostState(StrEnum):
    """The state of a host as a whole."""

    OK = "ok"
    STARTING = "starting"
    NO_GPU = "no_gpu"  # there is none; with an `error` where the driver runs without one
    NO_LIBRARY = "no_library"  # the vendor's library is missing
    NO_DRIVER = "no_driver"  # the library is installed, the kernel module is not loaded
    NO_PERMISSION = "no_permission"
    DRIVER_CHANGED = "driver_changed"  # library and kernel module do not match: upgraded without a reboot
    STALE = "stale"  # the driver has not answered for some periods
    NOT_ANSWERING = "not_answering"  # several new processes got no answer either
    FAILED = "failed"  # any other error, given in `error`


class GpuState(StrEnum):
    """The state of one GPU."""

    OK = "ok"
    LOST = "lost"  # fell off the bus
    NO_PERMISSION = "no_permission"
    MIG = "mig"  # split into instances, so the whole has no utilisation; `error` is set while there is no instance
    FAILED = "failed"  # any other error, given in `error`


class GpuVendor(StrEnum):
    """The vendor whose driver reads a GPU."""

    NVIDIA = "nvidia"
    AMD = "amd"


class Troubled(Coded):
    """A failure and its remedy, in English and as codes for translation."""

    error: str | None = Field(None, max_length=LONGEST_TEXT)
    remedy: str | None = Field(None, max_length=LONGEST_TEXT)
    remedy_code: str | None = Field(None, max_length=LONGEST_TEXT)


def trouble(cause: Message, remedy: Message) -> dict[str, Any]:
    """Returns the fields of `Troubled` for a failure and its remedy."""
    return {**coded(cause, "error"), "remedy": str(remedy), "remedy_code": remedy.code}
