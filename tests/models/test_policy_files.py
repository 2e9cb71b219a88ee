"""What passed is remembered by its content: another file under the same name is checked anew."""

from pathlib import Path

import pytest

from domain.errors import PolicyRefused
from services.http import JsonService
from services.mlflow_registry import MlflowRegistry
from services.mlflow_rest import MlflowRest
from services.policy_files import PolicyFiles
from tests.misbehaving import Misbehaving
from tests.registry import ENVIRONMENT, Registry
from tests.tracking import Tracking


@pytest.fixture
def registered(tracking: Tracking, request: pytest.FixtureRequest) -> Registry:
    return Registry(tracking, f"files-{request.node.name[:40]}")


def known(address: str, registered: Registry) -> MlflowRegistry:
    return MlflowRegistry(MlflowRest(JsonService("MLflow", address)), registered.name)


def test_a_check_is_remembered_by_every_worker_of_the_host(
    tracking: Tracking, registered: Registry, cache_dir: Path
) -> None:
    registry = known(tracking.address, registered)
    version = registry.version(registered.version())
    first = PolicyFiles(registry, cache_dir).check(version, ENVIRONMENT)
    (kept,) = cache_dir.glob("*.json")
    kept.write_text(kept.read_text().replace(first.sha256, "0" * 64))
    assert PolicyFiles(registry, cache_dir).check(version, ENVIRONMENT).sha256 == "0" * 64
    with pytest.raises(PolicyRefused):
        PolicyFiles(registry, cache_dir).check(version, "Other-v0")


def test_another_file_under_the_same_name_is_checked_anew(
    misbehaving: Misbehaving, registered: Registry, cache_dir: Path
) -> None:
    registry = known(misbehaving.address, registered)
    files = PolicyFiles(registry, cache_dir)
    version = registry.version(registered.version())
    files.check(version, ENVIRONMENT)
    misbehaving.alter = lambda path, body: body[:-100] if "get-artifact" in path else body
    with pytest.raises(PolicyRefused):
        files.check(version, ENVIRONMENT)


def test_the_tag_that_names_the_file_counts_at_each_check(
    tracking: Tracking, registered: Registry, cache_dir: Path
) -> None:
    registry = known(tracking.address, registered)
    files = PolicyFiles(registry, cache_dir)
    number = registered.version()
    files.check(registry.version(number), ENVIRONMENT)
    registry.tag_version(number, "onnx_file", "another.onnx")
    with pytest.raises(PolicyRefused, match=r"another\.onnx is not there"):
        files.check(registry.version(number), ENVIRONMENT)


def test_a_cache_that_cannot_be_written_costs_time_and_nothing_else(
    tracking: Tracking, registered: Registry, tmp_path: Path
) -> None:
    registry = known(tracking.address, registered)
    (tmp_path / "taken").write_text("a file, not a folder")
    graph = PolicyFiles(registry, tmp_path / "taken").check(registry.version(registered.version()), ENVIRONMENT)
    assert graph.size_bytes > 0
