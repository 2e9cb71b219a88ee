"""The models as every page shows them: what was read last, its age, and what failed; nobody's click waits for it."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from domain.errors import ClewError
from domain.registry.models import Activation, ModelList
from services.failures import Failure
from services.registry.model_changes import ChangeMark
from services.registry.model_store import ModelStore
from services.sharing.shared_file import SharedFile, host_lock

RETRY_EVERY = timedelta(seconds=5)
_NEVER = datetime.min.replace(tzinfo=UTC)
log = logging.getLogger(__name__)


class ModelView(BaseModel):
    """What is known now: the models (None before the first answer), former activations, as of when, what failed."""

    model_config = ConfigDict(frozen=True)

    models: ModelList | None = None
    history: list[Activation] = []
    as_of: datetime | None = None
    failure: Failure | None = None
    tried_at: datetime | None = None
    mark: str | None = None
    """The last change that it may know of."""


class ModelSnapshots:
    """The models of one store, as any worker of this host read them last; in each, one thread at a time reads.

    What is merely due is read by one worker, what somebody waits for by the worker that was asked, for the other may
    hang. Whoever asks after a change, by whichever worker, is answered as things are since: `mark` tells.
    """

    def __init__(self, store: ModelStore, refresh_seconds: float, mark: ChangeMark, folder: Path) -> None:
        self._store = store
        self._mark = mark
        self._due_after = timedelta(seconds=refresh_seconds / 3)
        self._lock_path = folder / "models.lock"
        self._shared = SharedFile(folder / "models.json", TypeAdapter(ModelView))
        self._newest = ModelView()  # kept, for the file may be deleted, or never have been written
        self._untold = 0  # how many of this worker's untold changes its last reading came after
        self._lock = threading.Lock()
        self._reading: threading.Thread | None = None

    def view(self, wait_seconds: float = 0.0) -> ModelView:
        """What is known; where that is nothing yet, or from before a change, after `wait_seconds` at most.

        Starts a refresh when one is due.
        """
        ends = time.monotonic() + wait_seconds
        for _read in range(2):  # the one that is under way may have begun before the change
            known = self.last_view()
            if not self._is_due(known):
                break
            if not self._is_worth_waiting(known):
                self._start(self._read_alone)
                break
            self._start(self._read).join(max(0.0, ends - time.monotonic()))
        return self.last_view()

    def last_view(self) -> ModelView:
        """What is known; starts nothing."""
        with self._lock:
            shared = self._shared.read()
            if shared is not None:
                self._newest = _together(shared, self._newest)
            return self._newest

    def refreshed(self, wait_seconds: float) -> ModelView:
        """Reads anew, for somebody asks to try again; waits `wait_seconds` at most."""
        asked_at, ends = datetime.now(UTC), time.monotonic() + wait_seconds
        for _read in range(3):  # what is under way may have begun before, or find that nothing is due
            self._start(self._read).join(max(0.0, ends - time.monotonic()))
            tried_at = self.last_view().tried_at
            if tried_at is not None and tried_at >= asked_at:
                break
        return self.last_view()

    def _is_due(self, known: ModelView) -> bool:
        if known.tried_at is None or self._is_from_before_a_change(known):
            return True
        wait = self._due_after if known.failure is None else min(self._due_after, RETRY_EVERY)
        return not timedelta() <= datetime.now(UTC) - known.tried_at < wait

    def _is_worth_waiting(self, known: ModelView) -> bool:
        nothing_yet = known.models is None and known.failure is None
        return nothing_yet or self._is_from_before_a_change(known)

    def _is_from_before_a_change(self, known: ModelView) -> bool:
        return known.mark != self._mark.now() or self._untold != self._mark.untold

    def _start(self, read: Callable[[], None]) -> threading.Thread:
        with self._lock:
            if self._reading is None or not self._reading.is_alive():
                self._reading = threading.Thread(target=read, name="models", daemon=True)
                self._reading.start()
            return self._reading

    def _read_alone(self) -> None:
        """Reads, unless another worker does or has just done so."""
        with ExitStack() as stack:
            try:
                mine = stack.enter_context(host_lock(self._lock_path))
            except OSError:
                mine = True  # nothing can be shared, which is said where that is tried
            if mine and self._is_due(self.last_view()):
                self._read()

    def _read(self) -> None:
        now, mark, untold = datetime.now(UTC), self._mark.now(), self._mark.untold
        try:
            models, history = self._store.all(), self._store.history()
        except ClewError as error:
            failure = Failure.of(error, self._store.name)
            log.warning("models could not be read", extra=failure.log_fields)
            self._share(self.last_view().model_copy(update={"failure": failure, "tried_at": now, "mark": mark}))
        else:
            self._share(ModelView(models=models, history=history, as_of=now, tried_at=now, mark=mark))
        self._untold = untold

    def _share(self, view: ModelView) -> None:
        known = self.last_view()
        newest = _together(known, view)
        if newest is known:  # another worker began later and ended sooner
            return
        try:
            self._shared.write(newest)
        except OSError as error:
            log.warning("a worker has its own view of the models", extra={"cause": str(error)})
        with self._lock:
            self._newest = newest


def _together(one: ModelView, other: ModelView) -> ModelView:
    """How the later reading went, beside the list of the later one that went well: a failure takes no list away."""
    newer, older = (one, other) if _newness(one) >= _newness(other) else (other, one)
    if _moment(older.as_of) <= _moment(newer.as_of):
        return newer
    return newer.model_copy(update={"models": older.models, "history": older.history, "as_of": older.as_of})


def _newness(view: ModelView) -> tuple[datetime, datetime]:
    """When it was tried, then when that last went well; what a clock that was set back puts in the future is oldest."""
    return _moment(view.tried_at), _moment(view.as_of)


def _moment(moment: datetime | None) -> datetime:
    return _NEVER if moment is None or moment > datetime.now(UTC) else moment
