"""The experiment of a folder, and the name of its run."""

from pathlib import Path
from typing import NamedTuple

import re2

_MAX_EXPERIMENT = 500
_MAX_NAME = 250


class RunDestination(NamedTuple):
    """The names of an experiment and of a run in it."""

    experiment: str
    run: str


class Naming:
    """Names runs by the folder's path below the LOGDIR, or by what a pattern finds in it.

    `experiment` is for folders without one in the pattern; `logdir_name` names the run of the LOGDIR itself.
    """

    def __init__(self, experiment: str, logdir_name: str, pattern: str = "") -> None:
        self._experiment = experiment
        self._logdir_name = logdir_name
        self._pattern = compiled(pattern) if pattern else None

    def place(self, relative: str) -> RunDestination:
        """Returns the experiment and run for this path below the LOGDIR."""
        path = _readable(self._logdir_name if relative == "." else relative)
        found = None if self._pattern is None else self._pattern.search(path)
        named = {} if found is None else {name: found.group(name) for name in found.re.groupindex}
        experiment = named.get("experiment") or self._experiment
        return RunDestination(experiment[:_MAX_EXPERIMENT], (named.get("run") or path)[:_MAX_NAME])


def default_experiment(logdir: Path) -> str:
    """Returns the LOGDIR's own name, or that of its parent if it is only called `logs`, `runs` or similar."""
    path = logdir.resolve()
    is_general = path.name.lower() in ("logs", "log", "runs", "tensorboard", "tb", "tb_logs", "tensorboard_logs")
    return _readable((path.parent.name if is_general else "") or path.name or "tensorboard")


def compiled(pattern: str) -> "re2._Regexp[str]":
    """Returns the compiled pattern.

    Raises ValueError with a message if it is invalid, or has no group for experiment or run.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        made = re2.compile(pattern, options)
    except re2.error as error:
        cause = error.args[0]
        reason = cause.decode(errors="replace") if isinstance(cause, bytes) else str(cause)
        raise ValueError(f"should be a regular expression; {reason}") from error
    if not {"experiment", "run"} & set(made.groupindex):
        raise ValueError(
            "should have a group (?P<run>…) or (?P<experiment>…), such as (?P<experiment>[^/]+)/(?P<run>.+)"
        )
    return made


def _readable(path: str) -> str:
    return path.encode("utf-8", "replace").decode().replace("\0", "")
