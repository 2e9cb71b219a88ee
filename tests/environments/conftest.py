"""The tests' own environments, declared as in an operator's file, and one warm process to fork them all from."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from domain.environments.environments_file import read_environments
from domain.environments.source import EnvironmentSource
from environments.gymnasium_process import GymnasiumProcess
from environments.known import KnownEnvironments

FILE = f"""
paths = ["{Path(__file__).parent / "packages"}"]

[[environments]]
id = "Hostile-v0"
packages = ["hostile_environments"]
call_seconds = 2
memory_mib = 1024
variants = {{ DEEDS }}

[[environments]]
id = "ForDisplaysOnly-v0"
packages = ["hostile_environments"]
success = "terminated"

[[environments]]
id = "Composite-v0"
packages = ["hostile_environments"]
success = "reached"
action_names = ["hand", "force"]
variants.windy.wind = 3.0

[[environments]]
id = "Absent-v0"
packages = ["nowhere_to_be_found"]
"""
DEEDS = {
    **dict.fromkeys(("hangs", "computes_for_ever", "raises", "leaves", "crashes", "dies", "forks", "connects"), "step"),
    **dict.fromkeys(("starts_a_program", "prints", "takes_memory", "gives_nan", "pays_nan", "gives_four"), "step"),
    "gives_other_shape": "step",
    "starts_with_one": "reset",
    **dict.fromkeys(("draws_hugely", "draws_floats", "draws_noise"), "render"),
    "reads_the_environment": "make",
    "nothing": "never",
}


@pytest.fixture(scope="session")
def known() -> Iterator[KnownEnvironments]:
    """Returns the known environments, made once: the first environment of a process takes a second or two."""
    deeds = ", ".join(f'{deed} = {{ deed = "{deed}", when = "{when}" }}' for deed, when in DEEDS.items())
    known = KnownEnvironments(read_environments(FILE.replace("DEEDS", deeds)))
    yield known
    known.close()


@pytest.fixture
def make(known: KnownEnvironments) -> Iterator[Callable[..., GymnasiumProcess]]:
    """Returns a function that makes environments, and ends them after the test."""
    made = []

    def make(env_id: str | None, variant: str | None = None, spec: str | None = None) -> GymnasiumProcess:
        made.append(GymnasiumProcess(EnvironmentSource(env_id=env_id, variant=variant, env_spec=spec), known))
        return made[-1]

    yield make
    for one in made:
        one.close()
