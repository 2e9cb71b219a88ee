"""The state of a GPU host: the message of the stream `/ws/gpu`, and the states of hosts and GPUs."""

from domain.gpus.gpu import MAX_INSTANCES, Gpu, GpuMisfit, GpuProcess, MigInstance
from domain.gpus.limits import (
    HISTORY_SAMPLES,
    IDLE_BELOW_PERCENT,
    IDLE_SAMPLES,
    MAX_GPUS,
    MAX_MESSAGE_CHARACTERS,
    MAX_MISFITS,
    MAX_PROCESSES,
    RESERVED_ABOVE_MIB,
    SILENT_PERIODS,
)
from domain.gpus.machine import Disk, Machine
from domain.gpus.report import GpuReport, PastSample, VendorTrouble
from domain.gpus.states import GpuState, GpuVendor, HostState, Troubled, trouble

__all__ = [
    "HISTORY_SAMPLES",
    "IDLE_BELOW_PERCENT",
    "IDLE_SAMPLES",
    "MAX_GPUS",
    "MAX_INSTANCES",
    "MAX_MESSAGE_CHARACTERS",
    "MAX_MISFITS",
    "MAX_PROCESSES",
    "RESERVED_ABOVE_MIB",
    "SILENT_PERIODS",
    "Disk",
    "Gpu",
    "GpuMisfit",
    "GpuProcess",
    "GpuReport",
    "GpuState",
    "GpuVendor",
    "HostState",
    "Machine",
    "MigInstance",
    "PastSample",
    "Troubled",
    "VendorTrouble",
    "trouble",
]
