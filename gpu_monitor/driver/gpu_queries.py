"""The calls to one GPU in one reading: each guarded by itself, with a list of what went wrong."""

import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from domain.gpus import MAX_MISFITS, Gpu, GpuMisfit, GpuState, trouble
from domain.messages import Reason
from gpu_monitor.driver.odd_values import fit, misfit
from gpu_monitor.failures import GpuTrouble, HostTrouble, InvalidAnswer

Answer = TypeVar("Answer")


class QueryGpu(Protocol):
    """A vendor's `query_gpu`: returns the answer, None if unsupported; raises GpuTrouble, or InvalidAnswer."""

    def __call__(self, call: Callable[..., Answer], *arguments: Any) -> Answer | None: ...


class GpuQueries:
    """Makes calls to one GPU, and collects what is wrong with it; a trouble of the whole host is in `host_trouble`."""

    def __init__(self, query: QueryGpu) -> None:
        self._query = query
        self.trouble: GpuTrouble | None = None
        self.misfits: list[GpuMisfit] = []
        self.host_trouble: HostTrouble | None = None

    def query(self, field: str, call: Callable[..., Answer], *arguments: Any) -> Answer | None:
        """Returns the answer, or None; a lost GPU gets no further calls, since each may take seconds."""
        if self.trouble is not None and self.trouble.state == GpuState.LOST:
            return None
        try:
            return self._query(call, *arguments)
        except InvalidAnswer as odd:
            self.misfits.append(misfit(field, odd.why))
        except GpuTrouble as failure:
            self.note(failure)
        return None

    def first(self, field: str, *queries: tuple[Any, ...]) -> Any:
        """Returns the answer of the first call that the driver supports."""
        for call, *arguments in queries:
            if (answer := self.query(field, call, *arguments)) is not None:
                return answer
        return None

    def note(self, found: GpuTrouble) -> None:
        """Notes a trouble; the first one sets the GPU's state, unless a later one means that the GPU is lost."""
        self.host_trouble = self.host_trouble or found.host
        if self.trouble is None or found.state == GpuState.LOST:
            self.trouble = found

    def add_misfit(self, field: str, why: Reason, value: float | None = None) -> None:
        """Notes a field whose value is invalid."""
        self.misfits.append(misfit(field, why, value))

    def gpu(self, **fields: Any) -> Gpu:
        """Returns the GPU with these fields, without invalid values; these are listed as its misfits."""
        fitted = fit(Gpu, {"timestamp": time.time_ns() // 1_000_000, **fields})
        misfits = (self.misfits + fitted.misfits)[:MAX_MISFITS]
        return Gpu(**fitted.values, **self._state(), misfits=misfits or None)

    def _state(self) -> dict[str, Any]:
        if self.trouble is None:
            return {}
        return {"state": self.trouble.state, **trouble(*self.trouble.advice)}
