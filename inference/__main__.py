"""`python -m inference`: lets viewers watch models in the maze until SIGTERM or Ctrl-C.

Exit status: 0 when told to stop, 1 when it cannot run, 2 when a setting is wrong.
"""

import logging
import sys

from domain.errors import BadInput
from domain.hosts import open_host_warning
from domain.logs import configure_logging
from inference.app import create_app
from inference.settings import read_settings
from sockets.socket_server import SocketServer


def main() -> int:
    """Runs the service in the foreground; returns the exit status where gunicorn does not exit itself."""
    try:
        settings = read_settings()
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logging(settings.log_level, settings.secrets)
    if warning := open_host_warning("INFERENCE_HOST", settings.inference_host, settings.trusted_hosts):
        logging.getLogger(__name__).warning(warning)
    SocketServer(
        lambda: create_app(settings),
        host=settings.inference_host,
        port=settings.inference_port,
        sockets=settings.inference_max_viewers,
        log_level=settings.log_level,
    ).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
