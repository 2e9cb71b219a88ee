"""The systemd units: what they start is in this tree, their dependencies exist, and systemd can read them."""

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.hosting import DEPLOY, ROOT

UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]


def entries(unit: Path) -> Iterator[tuple[str, str]]:
    """Yields `Section.Key` and value of each line; a key may occur several times."""
    section = ""
    for line in unit.read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            key, equals, value = line.partition("=")
            assert equals, f"{unit.name}: {line!r} is no setting"
            yield f"{section}.{key}", value


def test_each_service_has_a_unit() -> None:
    names = {
        "clew",
        "clew-gpu-monitor",
        "clew-inference",
        "clew-mlflow",
        "clew-model-purge",
        "clew-run-purge",
        "clew-scheduler",
        "clew-watcher",
    }
    assert {unit.stem for unit in SERVICES} == names


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_each_unit_starts_an_existing_module(unit: Path) -> None:
    options = dict(entries(unit))
    python, option, module, *arguments = options["Service.ExecStart"].split()
    assert (python, option) == ("/opt/clew/.venv/bin/python", "-m")
    assert importlib.util.find_spec(module) is not None
    files = [argument for argument in arguments if argument.startswith("docs/")]
    assert all((ROOT / file).is_file() for file in files)
    if files or (ROOT / module.split(".")[0]).exists():
        assert options["Service.WorkingDirectory"] == "/opt/clew"
    assert options["Service.User"] == "clew"
    # Two meanings of one variable, the later file counts: see docs/deploying.md.
    settings = {"mlflow": ["mlflow"], "services.run_changes.purge": ["clew", "mlflow"]}.get(module, ["clew"])
    files = [value for key, value in entries(unit) if key == "Service.EnvironmentFile"]
    assert files == [f"/etc/clew/{name}.env" for name in settings]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_each_unit_restarts_and_is_confined(unit: Path) -> None:
    options = dict(entries(unit))
    if options.get("Service.Type") != "oneshot":
        assert (options["Service.Restart"], options["Install.WantedBy"]) == ("always", "multi-user.target")
        assert int(options["Service.TimeoutStopSec"]) <= 20
    assert (options["Service.NoNewPrivileges"], options["Service.ProtectSystem"]) == ("yes", "strict")
    # The monitor and trainings could not see the GPUs.
    assert ("Service.PrivateDevices" in options) == (unit.stem not in ("clew-gpu-monitor", "clew-scheduler"))


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_a_unit_that_needs_the_network_or_mlflow_waits_for_them(unit: Path) -> None:
    options = dict(entries(unit))
    after = options.get("Unit.After", "").split()
    if "network-online.target" in after:  # which ordering alone does not start
        assert options["Unit.Wants"] == "network-online.target"
    if unit.stem in ("clew", "clew-model-purge", "clew-run-purge"):
        assert "clew-mlflow.service" in after


def test_a_unit_that_ends_is_started_by_a_timer() -> None:
    oneshot = {unit.stem for unit in SERVICES if dict(entries(unit)).get("Service.Type") == "oneshot"}
    assert {unit.stem for unit in UNITS if unit.suffix == ".timer"} == oneshot


@pytest.mark.parametrize("name", ["clew", "clew-inference", "clew-gpu-monitor", "clew-scheduler"])
def test_an_oom_kill_does_not_end_the_other_processes_of_a_unit(name: str) -> None:
    assert dict(entries(DEPLOY / f"{name}.service"))["Service.OOMPolicy"] == "continue"


def test_the_engine_has_the_memory_limit_stated_in_the_guide() -> None:
    most = dict(entries(DEPLOY / "clew-inference.service"))["Service.MemoryMax"]
    assert most == "50%"
    assert f"`MemoryMax={most}`" in (ROOT / "docs" / "deploying.md").read_text()


def test_stopping_the_scheduler_unit_does_not_end_trainings() -> None:
    assert dict(entries(DEPLOY / "clew-scheduler.service"))["Service.KillMode"] == "process"


def test_the_dashboard_may_keep_many_connections_open() -> None:
    assert int(dict(entries(DEPLOY / "clew.service"))["Service.LimitNOFILE"]) > 1024  # what is allowed by default


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text().replace("/opt/clew/.venv/bin/python", sys.executable)
        (tmp_path / unit.name).write_text(text.replace("/opt/clew", str(ROOT)))
    files = [str(tmp_path / unit.name) for unit in UNITS]
    # Units of this machine itself stay out of it.
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *files],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    ours = [line for line in verified.stderr.splitlines() if "clew" in line]
    assert (verified.returncode, ours) == (0, [])
