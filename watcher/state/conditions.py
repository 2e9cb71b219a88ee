"""How long each condition has held: by a monotonic clock, across restarts."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from domain.alerts.alert import Subject
from domain.alerts.kinds import AlertKind
from domain.messages import Message

# A condition that was not checked for longer may have been interrupted meanwhile.
_MAX_GAP_SECONDS: Final = 300.0


class Condition(NamedTuple):
    """A condition that holds now; `already_seconds` is how long it had held when first seen, according to its source.

    `after_seconds` overrides the rules' delay, if the source knows how long the condition has to hold.
    """

    kind: AlertKind
    subject: Subject
    text: Message
    already_seconds: float = 0.0
    after_seconds: float | None = None

    @property
    def key(self) -> str:
        """The same for as long as it holds."""
        return f"{self.kind.value} {self.subject.key}"


@dataclass
class _Held:
    since_ms: int
    seconds: float
    seen: float


class HoldTimes:
    """How long conditions have held, by key."""

    def __init__(self, wall_ms: Callable[[], int], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wall_ms = wall_ms
        self._monotonic = monotonic
        self._held: dict[str, _Held] = {}

    def see(self, condition: Condition) -> tuple[float, int]:
        """Notes that it holds; returns for how many seconds it has, and since when (Unix ms)."""
        now = self._monotonic()
        held = self._held.get(condition.key)
        if held is None:
            already = max(0.0, condition.already_seconds)
            held = self._held[condition.key] = _Held(max(0, self._wall_ms() - int(already * 1000)), already, now)
        gap = now - held.seen
        held.seconds += gap if gap <= _MAX_GAP_SECONDS else 0.0
        held.seen = now
        return held.seconds, held.since_ms

    def seconds(self, key: str) -> float:
        """Returns for how long the condition with this key has held; 0 if it does not."""
        held = self._held.get(key)
        return 0.0 if held is None else held.seconds

    def forget(self, keep: Callable[[str], bool]) -> None:
        """Drops the conditions whose keys `keep` rejects."""
        self._held = {key: held for key, held in self._held.items() if keep(key)}

    def as_note(self) -> dict[str, Any]:
        """Returns the state to store across a restart."""
        now, wall = self._monotonic(), self._wall_ms()
        return {
            key: [held.since_ms, held.seconds, wall - int((now - held.seen) * 1000)] for key, held in self._held.items()
        }

    def take(self, note: Mapping[str, Any]) -> None:
        """Restores stored state: a short restart of this process ends no condition."""
        now, wall = self._monotonic(), self._wall_ms()
        for key, value in note.items():
            match value:
                case [int(since), float() | int() as seconds, int(seen)]:
                    gap = (wall - seen) / 1000
                    lasted = gap if 0 <= gap <= _MAX_GAP_SECONDS else 0.0
                    self._held[key] = _Held(since, float(seconds) + lasted, now)
