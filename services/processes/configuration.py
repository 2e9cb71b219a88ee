"""Generates supervisord's configuration from the table of processes, at each start.

Its paths are relative to STATE_DIR. It expands these variables: CLEW_DIR (where the launcher was started, with the .env
file), CLEW_TREE (this source tree), CLEW_RUN_DIR (private, exists as long as supervisord, short: a socket's path has
107 bytes at most), and those that the commands name.

No program starts automatically: the launcher decides which are needed, and when. Once started, a program is never given
up: a failed start is retried after 1, 2, 3 … 30 s, and then the launcher starts that series again.
"""

from collections.abc import Sequence

from services.processes.specs import ProcessSpec

# One group, so that all of it stops at the same time instead of one after the other.
_HEAD = """\
[supervisord]
nodaemon=true
silent=true
logfile=log/supervisord.log
logfile_maxbytes=1MB
logfile_backups=1
pidfile=%(ENV_CLEW_RUN_DIR)s/supervisord.pid

[unix_http_server]
file=%(ENV_CLEW_RUN_DIR)s/supervisord.sock

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""


def configuration(processes: Sequence[ProcessSpec]) -> str:
    """Returns supervisord's configuration file for `processes`, in one group `clew`."""
    group = f"[group:clew]\nprograms={','.join(process.name for process in processes)}\n"
    return "\n".join([_HEAD, group, *map(_program, processes)])


def _program(process: ProcessSpec) -> str:
    values = {
        "command": process.command,
        "directory": "%(ENV_CLEW_DIR)s",
        "autostart": "false",
        "autorestart": "false" if process.runs_once else "true",
        "startsecs": "0" if process.runs_once else str(process.start_seconds),
        "startretries": "0" if process.runs_once else "30",
        "stopasgroup": "true" if process.ends_its_group else "false",
        "killasgroup": "true",
        "stopwaitsecs": "5",
        "redirect_stderr": "true",
        "stdout_logfile": f"log/{process.name}.log",
        "stdout_logfile_maxbytes": "1MB" if process.runs_once else "10MB",
        "stdout_logfile_backups": "1" if process.runs_once else "2",
    }
    lines = (f"{name}={value}\n" for name, value in values.items() if value)
    return f"[program:{process.name}]\n{''.join(lines)}"
