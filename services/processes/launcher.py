"""`make run`: starts each process of `specs.PROCESSES` that the settings do not replace, under a supervisor.

Exit status: 0 after Ctrl-C, SIGTERM or a closed terminal; 1 if it cannot run; 2 if a setting is wrong.
"""

import os
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from pydantic import ValidationError

from domain.addresses import no_proxy_for_loopback
from domain.wrong_settings import explain
from services.processes.configuration import configuration
from services.processes.ports import host_warnings, port_problems
from services.processes.specs import BY_NAME, DASHBOARD, MLFLOW, PROCESSES, SAMPLES, services_of
from services.processes.start_order import StartOrder
from services.processes.state_lock import AlreadyLaunched, state_lock
from services.processes.supervisor import Child, Supervision, SupervisorEnded
from services.processes.terminal import LogMessages, last_log_error, print_line, titles
from settings.browser_urls import browser_url_warnings
from settings.settings import Settings

_POLL_SECONDS = 0.5
_REMIND_SECONDS = 10
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
        return _Launcher(settings).run()


class _Launcher:
    """One start of Clew, from the first process to the last, with its messages to the terminal."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.state_dir = settings.state_dir
        self.stopping = False
        self.at_terminal = os.isatty(0)
        self.seen: dict[str, Child] = {}
        self.sample_messages = LogMessages(self._log(SAMPLES.name))

    def run(self) -> int:
        """Keeps everything running until a signal; returns the exit status."""
        for number in _STOPPING_SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays in force
                signal.signal(number, self._stop)
        for warning in (*host_warnings(self.settings), *browser_url_warnings(self.settings)):
            print_line(f"Careful: {warning}")
        services = [process.name for process in services_of(self.settings)]
        print_line(f"Starting {titles(services)} (logs in {self.state_dir}/log) …")
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
        order = StartOrder(self.settings, supervision.start)
        order.start_first()
        began = reminded = time.monotonic()
        while not self._is_stopping():
            children = supervision.poll()
            self._report(children, order)
            was_waiting = bool(order.waiting_for)
            order.advance(children)
            now = time.monotonic()
            if was_waiting and not order.waiting_for:
                print_line(f"Clew is ready at {DASHBOARD.url(self.settings)}/ ({self._mlflow()}). Ctrl-C stops it.")
            elif order.waiting_for and now - reminded >= _REMIND_SECONDS:
                reminded = now
                print_line(f"Waiting for {titles(order.waiting_for)} ({now - began:.0f} s) …")
            time.sleep(_POLL_SECONDS)

    def _mlflow(self) -> str:
        uri = self.settings.mlflow_tracking_uri  # may hold a password, which is not shown
        return (
            f"its MLflow is {uri.scheme}://{uri.host}:{uri.port}" if uri else f"MLflow at {MLFLOW.url(self.settings)}"
        )

    def _report(self, children: dict[str, Child], order: StartOrder) -> None:
        """Prints the messages of the sample data's program, and which processes ended since the last report."""
        self.sample_messages.show()
        for name, child in children.items():
            before = self.seen.get(name)
            if before is None or before.pid in (0, child.pid):
                continue
            if name in order.waiting_for:
                print_line(f"{BY_NAME[name].title} did not start and is tried again: {last_log_error(self._log(name))}")
            elif name in order.services:
                print_line(f"{BY_NAME[name].title} ended and is started again; see {self._log(name)}.")
            elif child.exit_status != 0:
                print_line(f"{BY_NAME[name].title} could not be loaded: {last_log_error(self._log(name))}")
        self.seen = children

    def _log(self, name: str) -> Path:
        return self.state_dir / "log" / f"{name}.log"


if __name__ == "__main__":
    sys.exit(main())
