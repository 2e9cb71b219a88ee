"""Starts the processes of one `make run`, each when it is needed, and checks which of them answer."""

import time
from collections.abc import Callable, Mapping

import requests

from services.processes.specs import BY_NAME, DASHBOARD, MLFLOW, SAMPLES, listening, services_of
from services.processes.supervisor import Child
from settings.settings import Settings

_LATEST_SECONDS = 20  # a dashboard that does not start does not delay the others longer


class StartOrder:
    """First the processes that the first page needs; then the sample data's program, and all others.

    `services` are the names of all that keep running, `waiting_for` of those that do not answer yet. `start` starts
    the process of a name.
    """

    def __init__(self, settings: Settings, start: Callable[[str], None]) -> None:
        self.services = [process.name for process in services_of(settings)]
        self.waiting_for = [process.name for process in listening(settings)]
        self._settings = settings
        self._start = start
        others = [process.name for process in services_of(settings) if not process.starts_first]
        # The samples before the others, because a first page shows their runs.
        self._later = [*([SAMPLES.name] if SAMPLES.is_wanted(settings) else []), *others]
        self._began = time.monotonic()
        self._http = requests.Session()
        self._http.trust_env = False  # a proxy in the environment is not for this machine's own addresses

    def start_first(self) -> None:
        """Starts the processes that the first page needs."""
        self._began = time.monotonic()
        for name in self.services:
            if name not in self._later:
                self._start(name)

    def advance(self, children: Mapping[str, Child]) -> None:
        """Removes from `waiting_for` the services that answer by now, and starts what waited for one of them."""
        for name in [one for one in self.waiting_for if self._answers(one)]:
            self.waiting_for.remove(name)
            samples = children.get(SAMPLES.name)
            if name == MLFLOW.name and samples and samples.exit_status != 0:
                self._start(SAMPLES.name)  # it had waited long enough, and ended
        if DASHBOARD.name not in self.waiting_for or time.monotonic() - self._began >= _LATEST_SECONDS:
            for name in self._later:
                self._start(name)
            self._later = []

    def _answers(self, name: str) -> bool:
        try:
            process = BY_NAME[name]
            return self._http.get(process.url(self._settings) + process.health_path, timeout=2).ok
        except requests.RequestException:
            return False
