"""A value that two workers of a host read from one source, and the disk and the clock between them."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from domain.errors.services import UnavailableBecause
from domain.messages import Text
from services.sharing import reading, snapshot
from services.sharing.snapshot import Reading, Snapshot
from services.sharing.value_forms import JsonForm
from services.sharing.version_token import VersionToken

HOUR = timedelta(hours=1)


class Source:
    """Returns the next number at each read, fails while `is_away`, and waits while `may_answer` is not set."""

    def __init__(self) -> None:
        self.reads = 0
        self.is_away = False
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.called = threading.Event()

    def read(self, _known: Reading[list[int]]) -> list[int]:
        self.reads += 1
        self.called.set()
        assert self.may_answer.wait(40)
        if self.is_away:
            raise UnavailableBecause("Source", Text("is away"))
        return [self.reads]


def worker(
    folder: Path,
    read: Callable[[Reading[list[int]]], list[int]],
    *,
    due_after: timedelta = HOUR,
    token: VersionToken | None = None,
    format_version: int = 1,
) -> Snapshot[list[int]]:
    """Returns the snapshot of one worker."""
    return Snapshot(
        folder,
        "numbers",
        JsonForm(TypeAdapter(list[int]), format_version),
        read,
        service="Source",
        due_after=due_after,
        token=token,
    )


def set_clock(monkeypatch: pytest.MonkeyPatch, ahead: timedelta) -> None:
    """Sets the clock of this host ahead of the real one, for the sharing of snapshots."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + ahead

    for module in (reading, snapshot):
        monkeypatch.setattr(module, "datetime", Clock)
