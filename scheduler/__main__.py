"""`python -m scheduler`: queues, starts, watches and stops trainings until SIGTERM or Ctrl-C; running trainings
continue.

Exit status: 0 when stopped, 1 when it cannot run, 2 when a setting is wrong.
"""

import sys

from scheduler.app import create_app
from scheduler.identity import AlreadyScheduling, take_identity
from scheduler.settings import SchedulerSettings, read_settings
from sockets.service_main import CannotRun, ListenOptions, Make, run_service


def main() -> int:
    """Runs the service in the foreground."""
    return run_service(read_settings, _listening, _made_by)


def _listening(own: SchedulerSettings) -> ListenOptions:
    host, port = own.scheduler_host, own.scheduler_port
    return ListenOptions("SCHEDULER_HOST", host, port, own.scheduler_max_viewers, own.secrets)


def _made_by(settings: SchedulerSettings) -> Make:
    try:
        scheduler_id, _lock = take_identity(settings.folder)  # held until this process and its worker have ended
    except AlreadyScheduling as error:
        raise CannotRun(str(error)) from error
    except OSError as error:
        raise CannotRun(f"STATE_DIR={settings.state_dir} cannot be written ({error.strerror}); set another.") from error
    return lambda: create_app(settings, scheduler_id)


if __name__ == "__main__":
    sys.exit(main())
