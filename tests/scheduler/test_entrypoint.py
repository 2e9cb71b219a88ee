"""Ray passes a command to a shell: each filled-in value stays one argument, and is not executed."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.trainings.request_form import REQUEST_FILE
from scheduler.backends.backend import Launch, ResourceRequest
from scheduler.ray_jobs.entrypoint import Entrypoint, entrypoint_of

SHOW = "import os, sys, json; print(json.dumps([sys.argv[1:], os.environ.get('GIVEN'), os.getcwd()]))"
HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
    st.text("$`'\"\\;&|<>(){}[]*?~!#-= \n\tHOME_", max_size=30),
    st.sampled_from(
        ["$(touch pwned)", "`touch pwned`", "'; touch pwned; '", "${HOME}", "--config=/etc/passwd", "~", ""]
    ),
)


def run(entrypoint: Entrypoint, folder: Path) -> list[object]:
    """Runs a command as Ray does, which fills in variables first."""
    variables = {name: os.path.expandvars(text) for name, text in entrypoint.variables.items()}
    done = subprocess.run(
        entrypoint.line, shell=True, cwd=folder, env={**os.environ, **variables}, capture_output=True, check=True
    )
    return list(orjson.loads(done.stdout))


@settings(max_examples=25)
@given(arguments=st.lists(HOSTILE, max_size=3), variable=HOSTILE)
def test_the_shell_passes_each_argument_and_variable_on_unchanged(
    arguments: list[str], variable: str, tmp_path: Path
) -> None:
    variable = variable.rstrip("\n")  # which no field of a form can hold
    launch = Launch("r1", 1, [sys.executable, "-c", SHOW, *arguments], {}, ResourceRequest())
    assert run(entrypoint_of(launch, {"GIVEN": variable}), tmp_path) == [arguments, variable, str(tmp_path)]
    assert not list(tmp_path.iterdir())


def test_a_program_runs_in_its_directory_whatever_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "it's $HOME; ls"
    folder.mkdir()
    launch = Launch("r1", 1, [sys.executable, "-c", SHOW], {}, ResourceRequest(), directory=folder)
    assert run(entrypoint_of(launch, {}), tmp_path) == [[], None, str(folder)]


def test_each_request_is_written_to_its_own_file(tmp_path: Path) -> None:
    read = "import sys, json; print(json.dumps([json.load(open(sys.argv[1]))]))"
    launch = Launch(
        "r1", 1, [sys.executable, "-c", read, REQUEST_FILE], {}, ResourceRequest(), values={"note": "it's $HOME"}
    )
    assert run(entrypoint_of(launch, {}), tmp_path) == [{"values": {"note": "it's $HOME"}, "checkpoint": None}]


def test_the_program_replaces_the_shell(tmp_path: Path) -> None:
    """Its signals and its exit code are then its own; a program may be named like a shell keyword."""
    launch = Launch("r1", 1, [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], {}, ResourceRequest())
    assert subprocess.run(entrypoint_of(launch, {}).line, shell=True, check=False).returncode == -9
    for word in ("if", "A=b", "cd"):
        line = entrypoint_of(Launch("r1", 1, [word], {}, ResourceRequest()), {}).line
        assert subprocess.run(line, shell=True, check=False, capture_output=True).returncode == 127
