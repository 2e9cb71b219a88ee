"""`make run`: the dashboard, and an MLflow, a GPU monitor and an inference engine where none is configured.

Exit status: 0 after Ctrl-C, SIGTERM or a closed terminal; 1 if it cannot run; 2 if a setting is wrong.
"""

import json
import os
import signal
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType

import requests
from pydantic import ValidationError

from domain.addresses import no_proxy_for_loopback
from domain.wrong_settings import explain
from services.processes.configuration import configuration
from services.processes.ports import host_warnings, port_problems
from services.processes.specs import BY_NAME, DASHBOARD, MLFLOW, PROCESSES, SAMPLES, listening, services_of
from services.processes.state_lock import AlreadyLaunched, state_lock
from services.processes.supervisor import Child, Supervision, SupervisorEnded
from settings.browser_urls import browser_url_warnings
from settings.settings import Settings

_POLL_SECONDS = 0.5
_REMIND_SECONDS = 10
_LATEST_SECONDS = 20  # a dashboard that does not start does not delay the others longer
_STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Runs Clew in the foreground; returns the exit status."""
    try:
        settings = Settings()
    except ValidationError as error:
        sys.stderr.write(explain(error) + "\n")
        return 2
    with ExitStack() as held:
        try:
            held.enter_context(state_lock(settings.state_dir, DASHBOARD.url(settings)))
            for folder in ("log", "mlflow"):
                (settings.state_dir / folder).mkdir(parents=True, exist_ok=True)
        except AlreadyLaunched as error:
            sys.stderr.write(f"{error}\n")
            return 1
        except OSError as error:
            sys.stderr.write(f"STATE_DIR={settings.state_dir} cannot be written ({error.strerror}); set another.\n")
            return 1
        if problem := next(port_problems(settings), None):
            sys.stderr.write(problem + "\n")
            return 1
        return _Launch(settings).run()


class _Launch:
    """One start of Clew, from the first process to the last, with its messages to the terminal."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.state_dir = settings.state_dir
        self.services = [process.name for process in services_of(settings)]
        self.waiting_for = [process.name for process in listening(settings)]
        others = [process.name for process in services_of(settings) if not process.starts_first]
        # Before the others, because a first page shows the sample runs.
        self.later = [*([SAMPLES.name] if SAMPLES.is_wanted(settings) else []), *others]
        self.stopping = False
        self.at_terminal = os.isatty(0)
        self.seen: dict[str, Child] = {}
        self.samples_shown = 0
        self.http = requests.Session()
        self.http.trust_env = False  # a proxy in the environment is not for this machine's own addresses

    def run(self) -> int:
        """Keeps everything running until a signal; returns the exit status."""
        for number in _STOPPING_SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays in force
                signal.signal(number, self._stop)
        self.samples_shown = _size(self._log(SAMPLES.name))
        for warning in (*host_warnings(self.settings), *browser_url_warnings(self.settings)):
            print_line(f"Careful: {warning}")
        print_line(f"Starting {_names(self.services)} (logs in {self.state_dir}/log) …")
        try:
            with Supervision(configuration(PROCESSES), self.state_dir.absolute(), self._environment()) as supervision:
                self._keep(supervision)
                print_line("\nStopping …")
        except SupervisorEnded as error:
            print_line(f"Stopped: {error}; see {self._log('supervisord')}.")
            return 1
        print_line("Stopped.")
        return 0

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _is_stopping(self) -> bool:
        """Returns whether a signal was received, or the terminal closed without one to this process (`ssh -t host make
        run`).
        """
        return self.stopping or (self.at_terminal and not os.isatty(0))

    def _environment(self) -> dict[str, str]:
        """Returns the variables in the processes' commands; the children read everything else as this process did."""
        return {
            "CLEW_DIR": str(Path.cwd()),
            "MLFLOW_HOST": self.settings.mlflow_host,
            "MLFLOW_PORT": str(self.settings.mlflow_port),
            "CLEW_MLFLOW_DIR": str((self.state_dir / "mlflow").absolute()),
            # The children's libraries, such as mlflow's, use the environment's proxy even for this machine's addresses.
            **no_proxy_for_loopback(os.environ),
        }

    def _keep(self, supervision: Supervision) -> None:
        """Starts the services and reports on them until it is stopped."""
        for name in self.services:
            if name not in self.later:
                supervision.start(name)
        began = reminded = time.monotonic()
        while not self._is_stopping():
            self._report(supervision.poll())
            if self.waiting_for:
                self._greet(supervision)
            now = time.monotonic()
            if DASHBOARD.name not in self.waiting_for or now - began >= _LATEST_SECONDS:
                self._start_the_others(supervision)
            if self.waiting_for and now - reminded >= _REMIND_SECONDS:
                reminded = now
                print_line(f"Waiting for {_names(self.waiting_for)} ({now - began:.0f} s) …")
            time.sleep(_POLL_SECONDS)

    def _start_the_others(self, supervision: Supervision) -> None:
        """Starts the processes that waited for the first page; does nothing if they were started."""
        for name in self.later:
            supervision.start(name)
        self.later = []

    def _greet(self, supervision: Supervision) -> None:
        """Records the services that answer by now, and prints when all of them do."""
        for name in [one for one in self.waiting_for if self._answers(one)]:
            self.waiting_for.remove(name)
            samples = self.seen.get(SAMPLES.name)
            if name == MLFLOW.name and samples and samples.exit_status != 0:
                supervision.start(SAMPLES.name)  # it had waited long enough, and ended
        if not self.waiting_for:
            print_line(f"Clew is ready at {DASHBOARD.url(self.settings)}/ ({self._mlflow()}). Ctrl-C stops it.")

    def _answers(self, name: str) -> bool:
        try:
            process = BY_NAME[name]
            return self.http.get(process.url(self.settings) + process.health_path, timeout=2).ok
        except requests.RequestException:
            return False

    def _mlflow(self) -> str:
        uri = self.settings.mlflow_tracking_uri  # may hold a password, which is not shown
        return (
            f"its MLflow is {uri.scheme}://{uri.host}:{uri.port}" if uri else f"MLflow at {MLFLOW.url(self.settings)}"
        )

    def _report(self, children: dict[str, Child]) -> None:
        """Prints the messages of the sample data's program, and which processes ended since the last report."""
        self._show_samples()
        for name, child in children.items():
            before = self.seen.get(name)
            if before is None or before.pid in (0, child.pid):
                continue
            if name in self.waiting_for:
                print_line(f"{BY_NAME[name].title} did not start and is tried again: {last_words(self._log(name))}")
            elif name in self.services:
                print_line(f"{BY_NAME[name].title} ended and is started again; see {self._log(name)}.")
            elif child.exit_status != 0:
                print_line(f"{BY_NAME[name].title} could not be loaded: {last_words(self._log(name))}")
        self.seen = children

    def _show_samples(self) -> None:
        log = self._log(SAMPLES.name)
        if _size(log) < self.samples_shown:  # rotated
            self.samples_shown = 0
        if _size(log) > self.samples_shown:
            with log.open("rb") as file:
                file.seek(self.samples_shown)
                text = file.read()
            self.samples_shown += len(text)
            for line in text.decode(errors="replace").splitlines():
                if message := _field(line, "message"):
                    print_line(message)

    def _log(self, name: str) -> Path:
        return self.state_dir / "log" / f"{name}.log"


def print_line(sentence: str) -> None:
    """Prints a line to the terminal, if there still is one."""
    with suppress(OSError):  # the terminal may be closed, or the pipe's reader ended
        os.write(1, sentence.encode() + b"\n")


def last_words(log: Path) -> str:
    """Returns the end of a dead child's log: its last exception, else its last line; with the log's path."""
    lines = log.read_bytes()[-20_000:].decode(errors="replace").splitlines() if log.exists() else []
    traces = [trace for line in lines if (trace := _field(line, "stack_trace"))]
    lines_of_error = traces[-1].strip().splitlines() if traces else [line for line in lines if line.strip()]
    return f"{(lines_of_error or ['it said nothing'])[-1].strip()[:300]} (more in {log})"


def _field(line: str, name: str) -> str | None:
    """Returns a field of a JSON log line; None if the line is not JSON or has no such field."""
    with suppress(ValueError, KeyError, TypeError):
        return str(json.loads(line)[name])
    return None


def _names(services: list[str]) -> str:
    names = [BY_NAME[service].title.replace("The ", "the ") for service in services]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


if __name__ == "__main__":
    sys.exit(main())
