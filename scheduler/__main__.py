"""`python -m scheduler`: queues, starts, watches and stops trainings until SIGTERM or Ctrl-C; what trains trains on.

Exit status: 0 when told to stop, 1 when it cannot run, 2 when a setting is wrong.
"""

import logging
import sys

from domain.errors import BadInput
from domain.hosts import open_host_warning
from domain.logs import configure_logging
from scheduler.app import create_app
from scheduler.identity import AlreadyScheduling, take_identity
from scheduler.settings import read_settings
from sockets.socket_server import SocketServer


def main() -> int:
    """Runs the service in the foreground; returns the exit status where gunicorn does not exit itself."""
    try:
        settings = read_settings()
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logging(settings.log_level, settings.secrets)
    if warning := open_host_warning("SCHEDULER_HOST", settings.scheduler_host, settings.trusted_hosts):
        logging.getLogger(__name__).warning(warning)
    try:
        scheduler_id, _lock = take_identity(settings.folder)  # held until this process and its worker have ended
    except AlreadyScheduling as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"STATE_DIR={settings.state_dir} cannot be written ({error.strerror}); set another.\n")
        return 1
    SocketServer(
        lambda: create_app(settings, scheduler_id),
        host=settings.scheduler_host,
        port=settings.scheduler_port,
        sockets=settings.scheduler_max_viewers,
        log_level=settings.log_level,
    ).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
