"""For how long each thing has been so: by a clock that does not jump, over restarts."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from domain.alerts.alert import Subject
from domain.alerts.kinds import AlertKind
from domain.messages import Message

# What nobody looked at for longer may have been otherwise meanwhile.
_MOST_GAP_SECONDS: Final = 300.0


class Condition(NamedTuple):
    """A thing that is so now; `already_seconds` is for how long others say that it was when it was first seen.

    `after_seconds` takes the place of what rules say, where the thing itself says for how long it has to hold.
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
        """Notes that it is so; returns for how many seconds it has been, and since when."""
        now = self._monotonic()
        held = self._held.get(condition.key)
        if held is None:
            already = max(0.0, condition.already_seconds)
            held = self._held[condition.key] = _Held(max(0, self._wall_ms() - int(already * 1000)), already, now)
        gap = now - held.seen
        held.seconds += gap if gap <= _MOST_GAP_SECONDS else 0.0
        held.seen = now
        return held.seconds, held.since_ms

    def seconds(self, key: str) -> float:
        """Returns for how long the one of this key has held; 0 where it does not."""
        held = self._held.get(key)
        return 0.0 if held is None else held.seconds

    def forget(self, keep: Callable[[str], bool]) -> None:
        """Drops those whose keys are not to be kept."""
        self._held = {key: held for key, held in self._held.items() if keep(key)}

    def as_note(self) -> dict[str, Any]:
        """Returns what is kept over a restart."""
        now, wall = self._monotonic(), self._wall_ms()
        return {
            key: [held.since_ms, held.seconds, wall - int((now - held.seen) * 1000)] for key, held in self._held.items()
        }

    def take(self, note: Mapping[str, Any]) -> None:
        """Goes on from what was kept: a short end of this process ends nothing."""
        now, wall = self._monotonic(), self._wall_ms()
        for key, value in note.items():
            match value:
                case [int(since), float() | int() as seconds, int(seen)]:
                    gap = (wall - seen) / 1000
                    lasted = gap if 0 <= gap <= _MOST_GAP_SECONDS else 0.0
                    self._held[key] = _Held(since, float(seconds) + lasted, now)
