"""All troubles of hosts and GPUs: a cause and a remedy for each state."""

from collections.abc import Mapping
from typing import NamedTuple

from domain.errors.gpus.causes import (
    AmdDriverNotLoaded,
    AmdHasNoGpu,
    AmdLibraryMissing,
    AmdNotPermitted,
    DriverHasNoGpu,
    DriverNotAnswering,
    DriverNotLoaded,
    DriverStale,
    DriverUpgraded,
    GpuLost,
    GpuNotPermitted,
    GpusNotReadYet,
    GpuSplit,
    GpusUnreadable,
    GpusUnreadableBecause,
    GpuUnreadable,
    GpuUnreadableBecause,
    HostNotPermitted,
    LibraryMissing,
)
from domain.errors.gpus.remedies import (
    CheckLspci,
    InstallAmdSmi,
    InstallDriver,
    LoadAmdgpu,
    LoadDriver,
    LookForXid,
    MakeInstances,
    PermitAmdDevices,
    PermitControlDevice,
    PermitDevice,
    RebootOrReload,
    ResetLostGpu,
    TryAmdSmi,
    TryNvidiaSmi,
    TryNvidiaSmiReset,
    WaitForFreshProcess,
    WaitSomeSeconds,
)
from domain.gpus import GpuState, HostState
from domain.messages import Message, Reason


class Advice(NamedTuple):
    """The text about a state: the cause and the remedy."""

    cause: Message
    remedy: Message


HOST: dict[HostState, Advice] = {
    HostState.STARTING: Advice(GpusNotReadYet(), WaitSomeSeconds()),
    HostState.NO_GPU: Advice(DriverHasNoGpu(), CheckLspci()),
    HostState.NO_LIBRARY: Advice(LibraryMissing(), InstallDriver()),
    HostState.NO_DRIVER: Advice(DriverNotLoaded(), LoadDriver()),
    HostState.NO_PERMISSION: Advice(HostNotPermitted(), PermitControlDevice()),
    HostState.DRIVER_CHANGED: Advice(DriverUpgraded(), RebootOrReload()),
    HostState.STALE: Advice(DriverStale(), WaitForFreshProcess()),
    HostState.NOT_ANSWERING: Advice(DriverNotAnswering(), LookForXid()),
    HostState.FAILED: Advice(GpusUnreadable(), TryNvidiaSmi()),
}

AMD_HOST: dict[HostState, Advice] = {
    HostState.NO_GPU: Advice(AmdHasNoGpu(), CheckLspci()),
    HostState.NO_LIBRARY: Advice(AmdLibraryMissing(), InstallAmdSmi()),
    HostState.NO_DRIVER: Advice(AmdDriverNotLoaded(), LoadAmdgpu()),
    HostState.NO_PERMISSION: Advice(AmdNotPermitted(), PermitAmdDevices()),
    HostState.FAILED: Advice(GpusUnreadable(), TryAmdSmi()),
}

GPU: dict[GpuState, Advice] = {
    GpuState.LOST: Advice(GpuLost(), ResetLostGpu()),
    GpuState.NO_PERMISSION: Advice(GpuNotPermitted(), PermitDevice()),
    GpuState.MIG: Advice(GpuSplit(), MakeInstances()),
    GpuState.FAILED: Advice(GpuUnreadable(), TryNvidiaSmiReset()),
}


AMD_GPU: dict[GpuState, Advice] = {
    GpuState.NO_PERMISSION: Advice(GpuNotPermitted(), PermitAmdDevices()),
    GpuState.FAILED: Advice(GpuUnreadable(), TryAmdSmi()),
}


class HostTrouble(Exception):
    """No GPU of this host can be read; `state` is the kind, and `detail` the cause if that is "failed"."""

    def __init__(
        self, state: HostState, detail: Reason | None = None, advices: Mapping[HostState, Advice] = HOST
    ) -> None:
        super().__init__(str(detail or ""))
        self.state = state
        self.advice = advices[state]
        if detail is not None:
            self.advice = self.advice._replace(cause=GpusUnreadableBecause(detail))


class InvalidAnswer(Exception):
    """One answer could not be parsed, which means nothing for the GPU as a whole."""

    def __init__(self, why: Reason) -> None:
        super().__init__(str(why))
        self.why = why


class GpuTrouble(Exception):
    """One GPU cannot be read, or only partly; `state` is the kind, and `detail` the cause if that is "failed".

    `host` is the host's state if all its GPUs have this trouble.
    """

    def __init__(
        self,
        state: GpuState,
        detail: Reason | None = None,
        host: HostTrouble | None = None,
        advices: Mapping[GpuState, Advice] = GPU,
    ) -> None:
        super().__init__(str(detail or ""))
        self.state = state
        self.host = host
        self.advice = advices[state]
        if detail is not None:
            self.advice = self.advice._replace(cause=GpuUnreadableBecause(detail))
