"""docs/deploy/Dockerfile: its files, settings and ports exist, and it installs as the guide states."""

import re
import shlex
from typing import Final

from services.processes.specs import PROCESSES
from settings.settings import Settings
from tests.deploy.hosting import DEPLOY, ROOT

_FILE: Final = DEPLOY / "Dockerfile"
_LINES: Final = [
    line for line in _FILE.read_text().replace("\\\n", " ").splitlines() if line and not line.startswith("#")
]


def arguments_of(instruction: str) -> list[str]:
    return [line.removeprefix(instruction).strip() for line in _LINES if line.startswith(f"{instruction} ")]


def test_the_copied_files_exist_and_libraries_come_before_the_code() -> None:
    sources = [shlex.split(line)[:-1] for line in arguments_of("COPY")]
    assert sources == [["requirements.txt"], ["."]]
    assert (ROOT / "requirements.txt").exists()


def test_files_that_git_ignores_are_not_copied_into_the_image() -> None:
    """Otherwise the builder's virtual environment or data would be in the image."""
    left_out = {
        line.strip("/").removeprefix("**/") for line in (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    }
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text().split()}
    assert ignored - left_out <= {"*.egg-info", "tests/artifacts"}
    assert ".git" in left_out


def test_the_dockerfile_sets_existing_settings_and_exposes_each_port() -> None:
    (environment,) = arguments_of("ENV")
    values = dict(pair.split("=", 1) for pair in shlex.split(environment))
    assert {name.lower() for name in values} <= set(Settings.model_fields)
    fields = Settings.model_fields
    listening = [process for process in PROCESSES if process.listens is not None]
    assert {process.host_setting for process in listening} == {name for name in values if name.endswith("HOST")}
    ports = {fields[process.port_setting.lower()].default for process in listening}
    (opened,) = arguments_of("EXPOSE")
    assert set(map(int, opened.split())) == ports
    published = re.findall(r"--publish 127\.0\.0\.1:(\d+)(?:-(\d+))?:", _FILE.read_text())
    assert {port for first, last in published for port in range(int(first), int(last or first) + 1)} == ports


def test_the_dockerfile_starts_the_launcher_and_installs_as_in_the_guide() -> None:
    (command,) = arguments_of("CMD")
    launched = "-m services.processes.launcher"
    assert " ".join(re.findall(r'"([^"]+)"', command)).endswith(launched)
    assert launched in (ROOT / "Makefile").read_text()
    installs = "pip install --only-binary :all: --no-deps -r requirements.txt"
    assert installs in " ".join(arguments_of("RUN")).replace("--no-cache-dir ", "")
    assert installs in (ROOT / "docs" / "deploying.md").read_text()
