"""The named states in which a GPU host or a GPU can be."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from domain.gpus.limits import LONGEST_TEXT
from domain.message_data import Coded, coded
from domain.messages import Message


class HostState(StrEnum):
    """What is to be said of a host as a whole."""

    OK = "ok"
    STARTING = "starting"
    NO_GPU = "no_gpu"  # there is none; with an `error` where the driver runs, and has none
    NO_LIBRARY = "no_library"  # the vendor's library is not there
    NO_DRIVER = "no_driver"  # the library is there, the kernel's part is not
    NO_PERMISSION = "no_permission"
    DRIVER_CHANGED = "driver_changed"  # library and kernel module do not match: upgraded without a reboot
    STALE = "stale"  # the driver has not answered for some periods
    NOT_ANSWERING = "not_answering"  # nor did several fresh processes get an answer
    FAILED = "failed"  # any other error, named in `error`


class GpuState(StrEnum):
    """What is to be said of one GPU."""

    OK = "ok"
    LOST = "lost"  # fell off the bus
    NO_PERMISSION = "no_permission"
    MIG = "mig"  # split into instances, so the whole has no utilisation; `error` is there while it has none
    FAILED = "failed"  # any other error, named in `error`


class GpuVendor(StrEnum):
    """Whose driver a GPU is read by."""

    NVIDIA = "nvidia"
    AMD = "amd"


class Troubled(Coded):
    """What may be wrong, and what to do about it: in English, and as codes that any language is made of."""

    error: str | None = Field(None, max_length=LONGEST_TEXT)
    remedy: str | None = Field(None, max_length=LONGEST_TEXT)
    remedy_code: str | None = Field(None, max_length=LONGEST_TEXT)


def trouble(cause: Message, remedy: Message) -> dict[str, Any]:
    """Returns the fields of `Troubled` for a failure and its remedy."""
    return {**coded(cause, "error"), "remedy": str(remedy), "remedy_code": remedy.code}
