"""gunicorn for the dashboard: `gunicorn --config docs/deploy/gunicorn.conf.py app:server`, from the tree's root."""

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


# A history that is drawn holds a file open; one beyond the limit is read as a whole, which takes memory.
_allowed, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
_wanted = 16_384 if _most == resource.RLIM_INFINITY else min(16_384, _most)
if _allowed != resource.RLIM_INFINITY and _allowed < _wanted:
    resource.setrlimit(resource.RLIMIT_NOFILE, (_wanted, _most))


def on_starting(server: Arbiter) -> None:
    """Logs once, not in each worker, that Clew answers under any host name, and which settings browsers do not get."""
    for warning in (
        open_host_warning("HOST", _settings.host, _settings.trusted_hosts),
        *browser_url_warnings(_settings),
    ):
        if warning:
            server.log.warning(warning)


bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
worker_class = DashboardWorker  # threads wait for no client, and slow work has its own threads
workers = _settings.web_workers
threads = _settings.web_threads
timeout = 30
graceful_timeout = 3  # requests take far less than a second; Ctrl-C should too
# Longer than a page's tick, or a connection would be closed just as the page polls again. It holds no thread.
keepalive = 75
forwarded_allow_ips = ""  # TRUSTED_PROXIES decides whose headers count; gunicorn would trust all of loopback

# A comparison of 1,000 runs is an address of 33 kB (gunicorn's default ends at 4, its largest number at 8), until its
# page has made it a short one, and comes back as the Referer of each request that the page then makes, where a browser
# does not cut that. 0 leaves serving/'s limit: 256 KiB for the whole head.
limit_request_line = 0
limit_request_field_size = 65_536

control_socket_disable = True  # two gunicorns of one user would share the socket
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # a heartbeat must not wait for a disk

loglevel = _settings.log_level.lower()
logger_class = _Logger
accesslog = None  # the app logs its requests itself, with their id and duration
