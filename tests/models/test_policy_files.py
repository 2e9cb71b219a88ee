"""A passed check is remembered by the file's content: another file under the same name is checked again."""

import hashlib
import shutil
import threading
import uuid
from pathlib import Path

import pytest

from domain.errors import PolicyRefused, ServiceUnavailable
from domain.inference.policies import PolicyGraph
from mlflow_api.client import MlflowApi
from mlflow_api.registry.registry import MlflowRegistry
from mlflow_api.registry.versions import Version
from policies.policy_check import check_policy
from services.registry import policy_files
from services.registry.checks.policy_subjects import PolicySubject
from services.registry.mlflow_store import MlflowModelStore
from services.registry.policy_checks import PolicyChecks
from services.registry.policy_files import PolicyFiles, PolicyLimits
from tests.misbehaving import Misbehaving, eventually
from tests.models.backends import no_file
from tests.registry import ENVIRONMENT, Registry
from tests.tracking import Tracking
from transport.http_client import JsonService

MAZE = PolicySubject(ENVIRONMENT)


@pytest.fixture
def registered(tracking: Tracking) -> Registry:
    return Registry(tracking, f"files-{uuid.uuid4().hex[:8]}")


def registry_at(address: str, registered: Registry) -> MlflowRegistry:
    return MlflowRegistry(MlflowApi(JsonService("MLflow", address)), registered.name)


def test_a_check_is_remembered_by_every_worker_of_the_host(
    tracking: Tracking, registered: Registry, cache_dir: Path
) -> None:
    registry = registry_at(tracking.address, registered)
    version = registry.version(registered.version())
    first = PolicyFiles(registry, cache_dir).check(version, MAZE)
    (kept,) = cache_dir.glob("*.json")
    kept.write_text(kept.read_text().replace(first.sha256, "0" * 64))
    assert PolicyFiles(registry, cache_dir).check(version, MAZE).sha256 == "0" * 64
    with pytest.raises(PolicyRefused):
        PolicyFiles(registry, cache_dir).check(version, PolicySubject("CartPole-v1"))


def test_another_file_under_the_same_name_is_checked_again(
    misbehaving: Misbehaving, registered: Registry, cache_dir: Path
) -> None:
    registry = registry_at(misbehaving.address, registered)
    files = PolicyFiles(registry, cache_dir)
    version = registry.version(registered.version())
    files.check(version, MAZE)
    misbehaving.alter = lambda path, body: body[:-100] if "get-artifact" in path else body
    with pytest.raises(PolicyRefused):
        files.check(version, MAZE)


def test_the_tag_that_names_the_file_counts_at_each_check(
    tracking: Tracking, registered: Registry, cache_dir: Path
) -> None:
    registry = registry_at(tracking.address, registered)
    files = PolicyFiles(registry, cache_dir)
    number = registered.version()
    files.check(registry.version(number), MAZE)
    registry.tag_version(number, "onnx_file", "another.onnx")
    with pytest.raises(PolicyRefused, match=r"another\.onnx is missing"):
        files.check(registry.version(number), MAZE)


def test_a_cache_that_cannot_be_written_only_costs_time(
    tracking: Tracking, registered: Registry, tmp_path: Path
) -> None:
    registry = registry_at(tracking.address, registered)
    (tmp_path / "taken").write_text("a file, not a folder")
    graph = PolicyFiles(registry, tmp_path / "taken").check(registry.version(registered.version()), MAZE)
    assert graph.size_bytes > 0


def test_a_check_waits_for_those_that_a_busy_machine_makes_slow(
    tracking: Tracking, registered: Registry, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_files, "CHECK_SECONDS", 0.5)
    registry, limits = registry_at(tracking.address, registered), PolicyLimits()
    version = registry.version(registered.version())
    while limits.checks.acquire(blocking=False):
        threading.Timer(4, limits.checks.release).start()
    assert PolicyFiles(registry, cache_dir, limits).check(version, MAZE).size_bytes > 0


LONG = b"flavors: {onnx: {data: model.onnx}}\n" + b"# and so on\n" * 6000
ODD_YAML = [
    (b"flavors: {onnx: {data: gone.onnx}}\nutc_time_created: 2026-13-45\n", "gone.onnx is missing"),
    (b"flavors: {onnx: {data: gone.onnx}}\nmodel_size_bytes: 0b_\n", "gone.onnx is missing"),
    (b"flavors: {python_function: {env: &e {a: 1}}, sklearn: {<<: *e}}\n", "one of python_function, sklearn"),
    (b"flavors: " + b"[" * 60_000, "MLmodel file is invalid"),
    (b"- " * 30_000, "MLmodel file is invalid"),
    (b"flavors: &f [*f]\n", "MLmodel file is invalid"),
    (b"flavors: {onnx: [1]}\n", "MLmodel file is invalid"),
    (b"\xff\xfe\x00", "MLmodel file is invalid"),
    (b"a: b: c", "MLmodel file is invalid"),
    (LONG, "longer than 64 KiB"),
]


def test_a_policy_that_cannot_be_cached_is_checked_only_once(
    tracking: Tracking, registered: Registry, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[bytes] = []

    def check_while_the_disk_goes(content: bytes, env_id: str | None) -> PolicyGraph:
        checked.append(content)
        shutil.rmtree(cache_dir, ignore_errors=True)
        cache_dir.write_text("in the way")
        return check_policy(content, env_id)

    monkeypatch.setattr("services.registry.checks.policy_subjects.check_policy", check_while_the_disk_goes)
    registry = registry_at(tracking.address, registered)
    graph = PolicyFiles(registry, cache_dir).check(registry.version(registered.version()), MAZE)
    assert graph.sha256 == hashlib.sha256(checked[0]).hexdigest()
    assert len(checked) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    ODD_YAML,
    ids=["date", "number", "merge", "deep", "deeper", "itself", "list", "bytes", "colons", "long"],
)
def test_an_odd_mlmodel_file_is_refused(
    tracking: Tracking, registered: Registry, cache_dir: Path, content: bytes, message: str
) -> None:
    registry = registry_at(tracking.address, registered)
    version = registry.version(registered.version(mlmodel=content, onnx_file=""))
    with pytest.raises(PolicyRefused, match=message):
        PolicyFiles(registry, cache_dir).check(version, MAZE)


def test_a_check_ends_also_on_an_unforeseen_error(
    tracking: Tracking, registered: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_version: Version, _environment: str | None) -> None:
        raise RecursionError("odd")

    registry = registry_at(tracking.address, registered)
    store = MlflowModelStore(registry, fails, no_file, lambda run_id: None)  # type: ignore[arg-type]
    check = PolicyChecks(store).check(registered.version())
    assert check.ends(10)
    assert isinstance(check.error, ServiceUnavailable)
    assert "ended unexpectedly" in str(check.error)
    eventually(lambda: "odd" in caplog.text)
