"""Decides which trainings start now, and why the others wait. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.errors.trainings.reasons import (
    Held,
    MoreSlotsThanThereAre,
    MoreThanThereIs,
    WaitsForGpus,
    WaitsForItsTurn,
    WaitsForSlot,
)
from domain.messages import Message
from domain.trainings.training import TrainingState
from scheduler.backends.backend import Capacity, GpuCapacity, ResourceRequest
from scheduler.queue.entry import Entry


class Chosen(NamedTuple):
    """A training to start, and the GPUs assigned to it."""

    entry: Entry
    gpus: tuple[int, ...]


class Plan(NamedTuple):
    """What to start, in this order, and why each other training waits."""

    chosen: list[Chosen]
    reasons: dict[str, Message]


def plan(waiting: Sequence[Entry], room: Capacity) -> Plan:
    """Returns the plan in the order of the queue, for slots and GPUs separately.

    No training overtakes one of its kind.
    """
    found = _Planning(room)
    for entry in waiting:
        found.place(entry)
    return Plan(found.chosen, found.reasons)


class _Planning:
    def __init__(self, room: Capacity) -> None:
        self.chosen: list[Chosen] = []
        self.reasons: dict[str, Message] = {}
        self._slots, self._free_slots = room.slots, room.free_slots
        self._gpus = room.gpus
        self._most, self._shortage = room.most, room.shortage
        self._free_gpus = list(room.gpus.free) if room.gpus else []
        self._before = {"slots": 0, "gpus": 0}  # waiting ones of each kind so far

    def place(self, entry: Entry) -> None:
        if entry.state is TrainingState.HELD:
            self.reasons[entry.run_id] = Held()
            return
        reason = self._never(entry.needs) or self._not_now(entry.needs)
        if reason is None:
            self.chosen.append(Chosen(entry, self._take(entry.needs)))
        else:
            self.reasons[entry.run_id] = reason

    def _never(self, needs: ResourceRequest) -> Message | None:
        if needs.gpus:
            there = self._gpus.there if self._gpus else 0
            is_known = self._gpus is not None and (there > 0 or self._gpus.shortage is None)
            return MoreThanThereIs(needs.gpus, there) if is_known and needs.gpus > there else None
        if self._slots is not None and needs.slots > self._slots:
            return MoreSlotsThanThereAre(needs.slots, self._slots)
        return None

    def _not_now(self, needs: ResourceRequest) -> Message | None:
        kind = "gpus" if needs.gpus else "slots"
        before = self._before[kind]
        reason = self._lacks_gpus(needs, self._gpus) if needs.gpus else self._lacks_slots(needs)
        if self._most is not None and len(self.chosen) >= self._most:
            reason = self._shortage
        if before:
            reason = WaitsForItsTurn(before)
        if reason is not None:
            self._before[kind] += 1
        return reason

    def _lacks_slots(self, needs: ResourceRequest) -> Message | None:
        if self._slots is None or self._free_slots is None or needs.slots <= self._free_slots:
            return None
        return WaitsForSlot(self._slots - self._free_slots, self._slots)

    def _lacks_gpus(self, needs: ResourceRequest, gpus: GpuCapacity | None) -> Message | None:
        if gpus is None or needs.gpus <= len(self._free_gpus):
            return None
        return gpus.shortage or WaitsForGpus(needs.gpus, len(self._free_gpus))

    def _take(self, needs: ResourceRequest) -> tuple[int, ...]:
        if needs.gpus:
            taken, self._free_gpus = self._free_gpus[: needs.gpus], self._free_gpus[needs.gpus :]
            return tuple(taken)
        if self._free_slots is not None:
            self._free_slots -= needs.slots
        return ()
