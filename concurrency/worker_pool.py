"""Background work that never delays the end of a process."""

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

log = logging.getLogger(__name__)


class DaemonPool:
    """Runs work in order, in `threads` threads, which start with the first piece, so after a fork."""

    def __init__(self, threads: int, name: str) -> None:
        self._jobs: queue.SimpleQueue[tuple[Future[None], Callable[[], None]]] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work, name=f"{name}-{n}", daemon=True) for n in range(threads)]
        self._lock = threading.Lock()

    def submit(self, work: Callable[[], None]) -> Future[None]:
        """Queues `work`; its future ends when it does."""
        with self._lock:
            for thread in self._threads:
                if thread.ident is None:  # not started yet, or starting it failed
                    thread.start()
        future: Future[None] = Future()
        self._jobs.put((future, work))
        return future

    def _work(self) -> None:
        while True:
            future, work = self._jobs.get()
            try:
                work()
            except Exception:
                log.exception("work in the background failed")
            future.set_result(None)
