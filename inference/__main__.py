"""`python -m inference`: shows viewers models at work until SIGTERM or Ctrl-C.

Exit status: 0 when stopped, 1 when it cannot run, 2 when a setting is wrong.
"""

import sys

from inference.app import create_app
from inference.settings import InferenceSettings, read_settings
from sockets.service_main import ListenOptions, Make, run_service


def main() -> int:
    """Runs the service in the foreground."""
    return run_service(read_settings, _listening, _made_by)


def _listening(own: InferenceSettings) -> ListenOptions:
    host, port = own.inference_host, own.inference_port
    return ListenOptions("INFERENCE_HOST", host, port, own.inference_max_viewers, own.secrets)


def _made_by(settings: InferenceSettings) -> Make:
    return lambda: create_app(settings)


if __name__ == "__main__":
    sys.exit(main())
