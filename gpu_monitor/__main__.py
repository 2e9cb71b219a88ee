"""`python -m gpu_monitor`: watches this host's GPUs until SIGTERM or Ctrl-C.

Exit status: 0 when stopped, 1 when it cannot run, 2 when a setting is wrong.
"""

import sys

from gpu_monitor.app import create_app
from gpu_monitor.settings import GpuMonitorSettings, read_settings
from sockets.service_main import ListenOptions, Make, run_service


def main() -> int:
    """Runs the service in the foreground."""
    return run_service(read_settings, _listening, _made_by)


def _listening(own: GpuMonitorSettings) -> ListenOptions:
    return ListenOptions("GPU_MONITOR_HOST", own.gpu_monitor_host, own.gpu_monitor_port, own.gpu_max_viewers)


def _made_by(settings: GpuMonitorSettings) -> Make:
    return lambda: create_app(settings)


if __name__ == "__main__":
    sys.exit(main())
