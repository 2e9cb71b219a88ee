"""All that one GPU is asked in one look: each question by itself, and what was wrong with the answers."""

import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from domain.gpus import MOST_MISFITS, Gpu, GpuMisfit, GpuState, trouble
from domain.messages import Reason
from gpu_monitor.driver.odd_values import fit, misfit
from gpu_monitor.failures import GpuTrouble, HostTrouble, OddAnswer

Answer = TypeVar("Answer")


class Ask(Protocol):
    """A vendor's door: the answer, None where the GPU does not know; raises GpuTrouble, or OddAnswer."""

    def __call__(self, call: Callable[..., Answer], *arguments: Any) -> Answer | None: ...


class Questions:
    """Asks one GPU, and keeps what is wrong with it; what concerns the whole host is in `host_trouble`."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.trouble: GpuTrouble | None = None
        self.misfits: list[GpuMisfit] = []
        self.host_trouble: HostTrouble | None = None

    def ask(self, field: str, call: Callable[..., Answer], *arguments: Any) -> Answer | None:
        """Returns the answer, or None; a lost GPU is asked nothing more, since each question may take seconds."""
        if self.trouble is not None and self.trouble.state == GpuState.LOST:
            return None
        try:
            return self._ask(call, *arguments)
        except OddAnswer as odd:
            self.misfits.append(misfit(field, odd.why))
        except GpuTrouble as failure:
            self.note(failure)
        return None

    def first(self, field: str, *questions: tuple[Any, ...]) -> Any:
        """Returns the answer to the first question that the driver knows."""
        for call, *arguments in questions:
            if (answer := self.ask(field, call, *arguments)) is not None:
                return answer
        return None

    def note(self, found: GpuTrouble) -> None:
        """Notes a trouble; the first one names the GPU's state, unless a later one is that it is gone."""
        self.host_trouble = self.host_trouble or found.host
        if self.trouble is None or found.state == GpuState.LOST:
            self.trouble = found

    def leave_out(self, field: str, why: Reason, value: float | None = None) -> None:
        """Names a field whose value is none."""
        self.misfits.append(misfit(field, why, value))

    def gpu(self, **fields: Any) -> Gpu:
        """Returns the GPU of these fields, without those that are no such values; what is wrong with it is in it."""
        fitted = fit(Gpu, {"timestamp": time.time_ns() // 1_000_000, **fields})
        misfits = (self.misfits + fitted.misfits)[:MOST_MISFITS]
        return Gpu(**fitted.values, **self._state(), misfits=misfits or None)

    def _state(self) -> dict[str, Any]:
        if self.trouble is None:
            return {}
        return {"state": self.trouble.state, **trouble(*self.trouble.advice)}
