"""Converts a command to Ray's form: a shell line in which all filled-in values are quoted."""

import base64
import shlex
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import orjson

from domain.errors.trainings.cluster import NotForAShell
from domain.trainings.request_form import REQUEST_FILE
from scheduler.backends.backend import Launch
from scheduler.backends.checkpoints import ARTIFACTS, Checkpoint

STOP_SECONDS: Final = 60
_FOLDER: Final = "CLEW_RUN_FOLDER"
_ENCODED: Final = '{name}=$(printf %s "${name}" | base64 -d) && export {name}'
_OWN_FOLDER: Final = f"{_FOLDER}=$(mktemp -d) && export {_FOLDER}"
_STOPPING: Final = {"RAY_JOB_STOP_SIGNAL": "SIGINT", "RAY_JOB_STOP_WAIT_TIME_S": str(STOP_SECONDS)}
"""A program is stopped in the same way as on this machine, with the same time limit."""


class Entrypoint(NamedTuple):
    """The line, and the variables of its program; raises NotForAShell if that is impossible."""

    line: str
    variables: dict[str, str]


def entrypoint_of(launch: Launch, variables: Mapping[str, str], checkpoint: Checkpoint | None = None) -> Entrypoint:
    """Returns the entrypoint: each element of the command remains one argument, whatever it contains.

    Ray itself expands $NAME in variables, and drops unknown ones: values with a $ are sent in base64.
    """
    _check([*launch.command, *variables.values(), str(launch.directory or "")])
    encoded = {name: _base64(text) for name, text in variables.items() if "$" in text}
    steps = [_ENCODED.format(name=name) for name in encoded]
    if REQUEST_FILE in launch.command:
        steps += _request(launch, checkpoint)
    if launch.directory is not None:
        steps.append(f"cd {shlex.quote(str(launch.directory))}")
    line = " && ".join([*steps, f"exec {_quoted(launch.command)}"])
    return Entrypoint(line, {**variables, **encoded, **_STOPPING})


def _request(launch: Launch, checkpoint: Checkpoint | None) -> list[str]:
    """Returns commands that create a folder on the node, with the checkpoint and the request file."""
    values, python = shlex.quote(orjson.dumps(dict(launch.values)).decode()), shlex.quote(launch.command[0])
    if checkpoint is None:
        return [_OWN_FOLDER, f"""printf '{{"values":%s,"checkpoint":null}}' {values} > "${_FOLDER}/request.json\""""]
    artifact = f"{ARTIFACTS}/{checkpoint.number}"
    return [
        f'{_OWN_FOLDER} && mkdir "${_FOLDER}/checkpoint"',
        f"{python} -m mlflow artifacts download -r {shlex.quote(checkpoint.run_id)} -a {artifact}"
        f' -d "${_FOLDER}/checkpoint"',
        f"""printf '{{"values":%s,"checkpoint":"%s"}}' {values} "${_FOLDER}/checkpoint/{checkpoint.number}" """
        f"""> "${_FOLDER}/request.json\"""",
    ]


def _quoted(command: Sequence[str]) -> str:
    """Returns the quoted command.

    After `exec`, the first word is a program even if the shell has a keyword or variable of that name.
    """
    return " ".join(f'"${_FOLDER}/request.json"' if one == REQUEST_FILE else shlex.quote(one) for one in command)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _check(texts: Sequence[str]) -> None:
    try:
        if b"\0" in "".join(texts).encode():
            raise NotForAShell()
    except UnicodeEncodeError as error:  # a lone surrogate
        raise NotForAShell() from error
