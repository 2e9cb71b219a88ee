"""Folders that cannot be imported, while others can: named, in the exit status, and retried when watching."""

import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.misbehaving import ERROR_500, Misbehaving, eventually
from tests.tensorboard_import.conftest import Target
from tests.tensorboard_import.event_folders import scalar, shown_by_tensorboard, write_events

FILE = "events.out.tfevents.1"
_RESPECTS_PERMISSIONS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Runs a command for which rights count, also where root does."""


@pytest.fixture
def command_without_root() -> Sequence[str]:
    """Returns a command that drops root's rights, so that a file without permissions cannot be read."""
    through = _RESPECTS_PERMISSIONS if os.geteuid() == 0 else ()
    try:
        subprocess.run([*through, "true"], check=True, capture_output=True, timeout=10)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("nothing here takes root's rights away")
    return through


def test_a_folder_that_mlflow_fails_to_store_is_named_and_retried(
    misbehaving: Misbehaving, target_at: Callable[[str], Target], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    target = target_at(misbehaving.address)
    for name in ("a", "b"):
        write_events(tmp_path / name / FILE, [scalar("loss", step, step) for step in range(5)])
    misbehaving.instead["/runs/log-batch"] = ERROR_500
    assert not target.importer(tmp_path, gives_up_seconds=0.5).import_all()
    named = [line for line in caplog.messages if line.startswith("Not imported: ")]
    assert [str(tmp_path / name) in line for name, line in zip("ab", sorted(named), strict=True)] == [True, True]
    assert all("answers, but kept failing for" in line and "boom" in line for line in named)
    importer = target.importer(tmp_path, gives_up_seconds=0.5)
    following = threading.Thread(target=importer.follow)
    following.start()
    try:
        eventually(lambda: any("it is tried again" in line for line in caplog.messages))
        del misbehaving.instead["/runs/log-batch"]
        for name in ("a", "b"):
            eventually(lambda name=name: target.histories(target.run(name)) == shown_by_tensorboard(tmp_path / name))
    finally:
        importer.stop()
        following.join(60)


def test_files_and_folders_without_rights_are_named_and_all_else_is_imported(
    target: Target, tmp_path: Path, command_without_root: Sequence[str]
) -> None:
    events = [scalar("loss", step, step) for step in range(5)]
    for name in ("whole", "mixed", "file", "folder"):
        write_events(tmp_path / name / FILE, events)
    denied = write_events(tmp_path / "mixed" / "events.out.tfevents.2", events)
    for path in (denied, tmp_path / "file" / FILE, tmp_path / "folder"):
        path.chmod(0)
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    try:
        process = target.start(str(tmp_path), through=command_without_root)
        _out, stderr = process.communicate(timeout=120)
    finally:
        (tmp_path / "folder").chmod(0o755)  # so that it can be removed
    assert process.returncode == 1, stderr
    assert sorted(run.name for run in target.all_runs()) == ["mixed", "whole"]
    for named in (tmp_path / "folder", tmp_path / "file", tmp_path / "mixed", tmp_path / "circle"):
        assert any(str(named) in line and "cannot be" in line for line in stderr.splitlines()), stderr
    denied.chmod(0o644)
    (tmp_path / "file" / FILE).chmod(0o644)
    process = target.start(str(tmp_path), through=command_without_root)
    _out, stderr = process.communicate(timeout=120)
    assert process.returncode == 0, stderr  # a link that leads to itself hides nothing
    for name in ("whole", "mixed", "file", "folder"):
        assert target.histories(target.run(name)) == shown_by_tensorboard(tmp_path / name)


def test_an_unreadable_folder_to_import_is_named(
    target: Target, tmp_path: Path, command_without_root: Sequence[str]
) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    process = target.start(str(tmp_path / "closed"), through=command_without_root)
    _out, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"{tmp_path / 'closed'} cannot be looked into: Permission denied" in stderr
    assert "Traceback" not in stderr
