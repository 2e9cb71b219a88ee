"""gunicorn for the dashboard: `gunicorn --config docs/deploy/gunicorn.conf.py app:server`, in the repository's root."""

import resource
import sys
from pathlib import Path

from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from pydantic import ValidationError

from api.edge.bulkheads import DashboardWorker
from domain.hosts import open_host_warning
from domain.wrong_settings import explain
from serving.json_logger import JsonLogger
from settings.browser_urls import browser_url_warnings
from settings.settings import Settings

try:
    _settings = Settings()
except ValidationError as error:
    sys.exit(explain(error))


class _Logger(JsonLogger):
    """Writes gunicorn's own messages, without secrets."""

    secrets = _settings.secrets


# Each drawn history keeps a file open; beyond the limit histories are read into memory as a whole.
_allowed, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
_wanted = 16_384 if _most == resource.RLIM_INFINITY else min(16_384, _most)
if _allowed != resource.RLIM_INFINITY and _allowed < _wanted:
    resource.setrlimit(resource.RLIMIT_NOFILE, (_wanted, _most))


def on_starting(server: Arbiter) -> None:
    """Logs once, not in each worker, that Clew answers to any host name, and which links lack a configured password."""
    for warning in (
        open_host_warning("HOST", _settings.host, _settings.trusted_hosts),
        *browser_url_warnings(_settings),
    ):
        if warning:
            server.log.warning(warning)


bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
worker_class = DashboardWorker  # no thread waits for a client, and slow requests only delay others of their kind
workers = _settings.web_workers
threads = _settings.web_threads
timeout = 30
graceful_timeout = 3  # requests take far less than a second; Ctrl-C should too
# Longer than a page's polling interval, else a connection would be closed just as the page sends its next request. An
# idle connection holds no thread.
keepalive = 75
forwarded_allow_ips = ""  # TRUSTED_PROXIES sets whose headers are trusted; gunicorn would trust all of loopback

# A comparison of 1,000 runs has an address of 33 kB, until its page replaces it by a short one, and some browsers send
# it as the Referer of each request of the page. gunicorn's default is 4 kB, its maximum 8. With 0 only the limit in
# serving/ applies: 256 KiB for the whole head.
limit_request_line = 0
limit_request_field_size = 65_536

control_socket_disable = True  # two gunicorns of one user would share the socket
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # a heartbeat must not wait for a disk

loglevel = _settings.log_level.lower()
logger_class = _Logger
accesslog = None  # the app logs its requests itself, with their id and duration
