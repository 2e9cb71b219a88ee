"""docs/deploying.md sets existing settings, and links to existing targets."""

import re

import pytest
from dotenv import dotenv_values

from gpu_monitor.settings import GpuMonitorSettings
from inference.settings import InferenceSettings
from scheduler.settings import SchedulerSettings
from settings.settings import Settings
from tests.deploy.hosting import DEPLOY, NAME, ROOT

GUIDE = (ROOT / "docs" / "deploying.md").read_text()
BLOCKS = [block for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) if re.match(r"(#.*\n)*[A-Z_]+=", block)]
OF_CLEW = {*Settings.model_fields, *GpuMonitorSettings.model_fields, *InferenceSettings.model_fields}
OF_CLEW |= set(SchedulerSettings.model_fields)
OF_MLFLOW = {"MLFLOW_BACKEND_STORE_URI", "MLFLOW_SERVER_ALLOWED_HOSTS", "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"}


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.partition("=")[0].split("\n")[-1])
def test_the_guide_sets_existing_settings(block: str) -> None:
    names = set(re.findall(r"^([A-Z_]+)=", block, re.MULTILINE))
    assert names <= OF_MLFLOW or {name.lower() for name in names} <= OF_CLEW


def test_the_settings_of_the_guide_are_valid_and_agree_with_nginx_conf(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    (block,) = (block for block in BLOCKS if "DASH_REQUESTS_PATHNAME_PREFIX" in block)
    file = tmp_path_factory.mktemp("etc") / "clew.env"
    file.write_text(block)
    settings = Settings(_env_file=file)  # type: ignore[call-arg]
    assert len(dotenv_values(file)) >= 5
    nginx = (DEPLOY / "nginx.conf").read_text()
    assert f"location {settings.dash_requests_pathname_prefix} {{" in nginx
    assert settings.trusted_hosts == NAME
    for monitor in settings.gpu_monitors:
        assert f"{monitor.name} {monitor.url.removeprefix('http://')};" in nginx


def test_links_and_files_of_the_guide_exist() -> None:
    links = {link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", GUIDE)} - {""}
    assert {link for link in links if not (ROOT / "docs" / link).exists()} == set()
    copied = {file for file in re.findall(r"docs/deploy/[\w.*-]+", GUIDE) if "." in file}
    assert len(copied) >= 5
    assert {file for file in copied if not list(ROOT.glob(file.rstrip(".")))} == set()


def test_the_guide_copies_and_enables_each_unit() -> None:
    copied = " ".join(re.findall(r"^sudo cp (docs/deploy/.*) /etc/systemd/system/$", GUIDE, re.MULTILINE))
    patterns = [pattern.rpartition("/")[2] for pattern in copied.split()]
    enabled = " ".join(re.findall(r"^sudo systemctl enable --now (.*)$", GUIDE, re.MULTILINE)).split()
    for unit in [*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")]:
        assert any(unit.match(pattern) for pattern in patterns), unit.name
        if "[Install]" in unit.read_text():
            assert unit.name.removesuffix(".service") in enabled, unit.name


def test_git_runs_as_the_owner_of_the_tree() -> None:
    commands = re.findall(r"^(?:sudo )?git .*", GUIDE, re.MULTILINE)
    assert len(commands) >= 3
    assert all(line.startswith("sudo ") for line in commands)
