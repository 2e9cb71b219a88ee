"""A version's file is fetched once, whatever the number of requests; each fault of it is reported as the file's."""

import multiprocessing
import os
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("onnx")

import onnx
from flask import Flask

import services.registry.policy_files as policy_files
from domain.errors import PolicyRefused
from domain.errors.policy_checks.files import SourceUnreadable, StillUnreadable
from mlflow_api.client import MlflowApi
from mlflow_api.registry.registry import MlflowRegistry
from services.registry.checks.policy_subjects import PolicySubject
from services.registry.policy_files import PolicyFiles
from services.registry.version_files import fetching, pauses
from tests.misbehaving import Misbehaving, eventually
from tests.models import policies
from tests.models.host import Host
from tests.models.test_external_data import external_tensor, with_external_data
from tests.registry import ENVIRONMENT, POLICY, Registry
from tests.tracking import Tracking
from transport.http_client import JsonService

MAZE = PolicySubject(ENVIRONMENT)

EVERY = POLICY.read_bytes()


@pytest.fixture
def registered(tracking: Tracking) -> Registry:
    return Registry(tracking, f"version-{uuid.uuid4().hex[:12]}")


@pytest.fixture
def long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the first pause after a failure longer than a slow machine takes for a test's requests."""
    monkeypatch.setattr(pauses, "FIRST_SECONDS", 600.0)


def registry_at(address: str, registered: Registry) -> MlflowRegistry:
    return MlflowRegistry(MlflowApi(JsonService("MLflow", address)), registered.name)


def fetched_statuses(misbehaving: Misbehaving) -> list[int]:
    """Returns the statuses with which files were answered."""
    return [status for status, path in misbehaving.answered if "get-artifact" in path]


def test_many_threads_of_two_workers_fetch_a_file_once(
    misbehaving: Misbehaving, registered: Registry, cache_dir: Path
) -> None:
    registry = registry_at(misbehaving.address, registered)
    version = registry.version(registered.version())
    workers = [PolicyFiles(registry, cache_dir) for _number in range(2)]
    with ThreadPoolExecutor(16) as pool:
        fetches = [pool.submit(lambda files: files.file(version).content(), workers[n % 2]) for n in range(32)]
        assert {one.result(60) for one in fetches} == {EVERY}
    for files in (*workers, PolicyFiles(registry, cache_dir)):
        assert b"".join(files.file(version).chunks()) == EVERY
        assert files.known_check(version, MAZE).size_bytes == len(EVERY)
    assert fetched_statuses(misbehaving) == [200]


def fetch_in_process(address: str, name: str, version: str, folder: str, results: Any) -> None:
    """Puts the file that one process gets into the queue."""
    registry = MlflowRegistry(MlflowApi(JsonService("MLflow", address)), name)
    results.put(PolicyFiles(registry, Path(folder)).file(registry.version(version)).sha256)


def test_processes_of_one_host_fetch_a_file_once(
    misbehaving: Misbehaving, registered: Registry, cache_dir: Path
) -> None:
    version = registered.version()
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    given = (misbehaving.address, registered.name, version, str(cache_dir), results)
    crowd = [context.Process(target=fetch_in_process, args=given) for _number in range(3)]
    for process in crowd:
        process.start()
    found = {results.get(timeout=120) for _process in crowd}
    for process in crowd:
        process.join(60)
    assert len(found) == 1
    assert fetched_statuses(misbehaving) == [200]


def test_page_api_engine_and_activation_share_one_file(
    misbehaving: Misbehaving, registered: Registry, cache_dir: Path
) -> None:
    version = registered.version()
    host = Host(misbehaving.address, registered.name, cache_dir)

    def get(server: Flask) -> bytes:
        with server.test_client().get(f"/api/models/{version}/policy") as answer:
            assert answer.status_code == 200
            return answer.get_data()

    with ThreadPoolExecutor(16) as pool:
        fetches = [pool.submit(get, host.workers[n % 2]) for n in range(16)]
        assert {one.result(120) for one in fetches} == {EVERY}
    for services in host.services:
        check = services.policy_checks.check(version)
        assert check.ends(60)
        assert check.graph is not None
    assert fetched_statuses(misbehaving) == [200]
    host.services[0].models.activate(version)
    assert fetched_statuses(misbehaving) == [200, 304]  # checked again, and unchanged
    assert get(host.workers[1]) == EVERY
    assert fetched_statuses(misbehaving) == [200, 304]


def test_a_replaced_file_is_detected_by_an_activation_and_then_served(
    misbehaving: Misbehaving, registered: Registry, cache_dir: Path
) -> None:
    registry = registry_at(misbehaving.address, registered)
    one, other = PolicyFiles(registry, cache_dir), PolicyFiles(registry, cache_dir)
    version = registry.version(registered.version())
    assert one.file(version).content() == EVERY
    registered.put(f"{version.source.removeprefix('mlflow-artifacts:/')}/policy.onnx", policies.q_values())
    assert one.file(version).content() == EVERY
    assert one.check(version, MAZE).size_bytes == len(policies.q_values())
    for files in (one, other):
        assert files.file(version).content() == policies.q_values()
    assert fetched_statuses(misbehaving) == [200, 200]


def test_a_cached_file_is_revalidated_later_and_kept_while_mlflow_fails(
    misbehaving: Misbehaving, registered: Registry, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = registry_at(misbehaving.address, registered)
    version = registry.version(registered.version())
    files = PolicyFiles(registry, cache_dir)
    files.file(version).close()
    monkeypatch.setattr(policy_files, "COMPARE_AGAIN_AFTER", timedelta())
    assert files.file(version).content() == EVERY
    assert fetched_statuses(misbehaving) == [200, 304]
    misbehaving.answer = (500, b"{}", "application/json")
    assert files.file(version).content() == EVERY
    with pytest.raises(SourceUnreadable):
        files.file(version, refetch=True)


def symlink(path: Path) -> None:
    path.with_suffix(".else").write_bytes(EVERY)
    path.unlink()
    path.symlink_to(path.with_suffix(".else"))


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(EVERY[:-1]),
        lambda path: path.write_bytes(EVERY[:-1] + b"?"),
        lambda path: shutil.rmtree(path.parent),
        symlink,
        pipe,
        folder,
    ],
    ids=["gone", "cut", "damaged", "all gone", "link", "pipe", "folder"],
)
@pytest.mark.parametrize("is_same_worker", [True, False])
def test_a_damaged_or_missing_cache_file_is_fetched_again(
    tracking: Tracking, registered: Registry, cache_dir: Path, harm: Callable[[Path], None], is_same_worker: bool
) -> None:
    registry = registry_at(tracking.address, registered)
    version = registry.version(registered.version())
    files = PolicyFiles(registry, cache_dir)
    files.file(version).close()
    (kept,) = cache_dir.glob("files/*.onnx")
    harm(kept)
    if not is_same_worker:
        files = PolicyFiles(registry, cache_dir)
    for _time in range(2):
        assert files.file(version).content() == EVERY
        assert files.check(version, MAZE).size_bytes == len(EVERY)


def test_without_a_cache_folder_each_worker_fetches_a_file_once(
    misbehaving: Misbehaving, registered: Registry, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    registry = registry_at(misbehaving.address, registered)
    version = registry.version(registered.version())
    files = PolicyFiles(registry, tmp_path / "taken")
    with ThreadPoolExecutor(8) as pool:
        fetches = [pool.submit(lambda: files.file(version).content()) for _number in range(16)]
        assert {one.result(60) for one in fetches} == {EVERY}
    assert fetched_statuses(misbehaving) == [200]


def test_a_slow_reader_gets_the_file_although_it_is_removed_from_the_cache(
    tracking: Tracking, registered: Registry, cache_dir: Path
) -> None:
    registry = registry_at(tracking.address, registered)
    file = PolicyFiles(registry, cache_dir).file(registry.version(registered.version()))
    chunks = file.chunks()
    first = next(chunks)
    shutil.rmtree(cache_dir)
    assert first + b"".join(chunks) == EVERY


@pytest.mark.parametrize("onnx_file", ["policy.onnx", "deep/er/policy.onnx"])
def test_external_data_next_to_a_policy_is_fetched_with_it(
    misbehaving: Misbehaving, registered: Registry, cache_dir: Path, tmp_path: Path, onnx_file: str
) -> None:
    apart, other_files = with_external_data(tmp_path, policies.q_values(), location="policy.onnx.data")
    at = Path(onnx_file).parent
    files = {str(at / name): content for name, content in other_files.items()} | {onnx_file: apart}
    registry = registry_at(misbehaving.address, registered)
    version = registry.version(registered.version(other_files=files, onnx_file=onnx_file))
    kept = PolicyFiles(registry, cache_dir)
    whole = kept.file(version).content()
    assert not any(one.external_data for one in onnx.load_model_from_string(whole).graph.initializer)
    graph = kept.check(version, MAZE)
    with kept.file(version) as file:
        assert graph.sha256 == file.sha256
    assert fetched_statuses(misbehaving) == [200, 200, 304, 304]


def test_changed_external_data_is_detected(
    misbehaving: Misbehaving, registered: Registry, cache_dir: Path, tmp_path: Path
) -> None:
    apart, other_files = with_external_data(tmp_path, policies.q_values(), location="d")
    registry = registry_at(misbehaving.address, registered)
    version = registry.version(registered.version(apart, other_files=other_files))
    files = PolicyFiles(registry, cache_dir)
    before = files.check(version, MAZE)
    registered.put(f"{version.source.removeprefix('mlflow-artifacts:/')}/d", bytes(len(other_files["d"])))
    after = files.check(version, MAZE)
    assert (before.size_bytes, before.sha256 == after.sha256) == (after.size_bytes, False)


LOG_MODEL = """
import sys, warnings
warnings.simplefilter("ignore")
import mlflow.onnx, numpy, onnx
from onnx import numpy_helper
policy = onnx.load(sys.argv[2])
# Tensors of a kilobyte and more are written beside the model.
policy.graph.initializer.append(numpy_helper.from_array(numpy.zeros(2048, numpy.float32), "large"))
mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run():
    mlflow.onnx.log_model(policy, name="policy", registered_model_name=sys.argv[3])
"""


def test_a_model_logged_by_mlflow_is_accepted(
    misbehaving: Misbehaving, registered: Registry, cache_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "policy.onnx").write_bytes(policies.q_values())
    given = [registered.tracking.address, str(tmp_path / "policy.onnx"), registered.name]
    subprocess.run([sys.executable, "-c", LOG_MODEL, *given], check=True, capture_output=True, timeout=300)
    registry = registry_at(misbehaving.address, registered)
    version = registry.version("1")
    assert PolicyFiles(registry, cache_dir).check(version, MAZE).outputs[0].name == "q_values"
    fetched_paths = [path for _status, path in misbehaving.answered if "get-artifact" in path]
    assert [path.rpartition("path=")[2] for path in fetched_paths][:2] == ["MLmodel", "model.onnx"]
    assert len(fetched_paths) == 3  # and the name that MLflow gave the file of the numbers


@pytest.mark.parametrize(
    ("policy", "other_files", "message"),
    [
        (bytes(9000), {}, "has more than"),
        (policies.q_values(), {"policy.onnx": bytes(8193)}, "has more than"),
        ([("location", "d")], {"d": bytes(8000)}, "and the files with its weights have more than"),
        ([("location", "d")], {}, r"stores weights in d \(external data\), which is missing: log that file too"),
        ([("location", "d")], {"d": bytes(399)}, "cannot be loaded"),
        ([("location", "d"), ("length", "400")], {"d": bytes(399)}, "cut short"),
        ([("location", "../d")], {"d": bytes(400)}, "outside its own folder"),
        ([("location", "/etc/passwd")], {}, "outside its own folder"),
    ],
    ids=["large", "a byte", "together", "missing", "short", "shorter", "above", "root"],
)
def test_a_fault_of_a_file_is_reported_without_naming_mlflow(
    misbehaving: Misbehaving,
    registered: Registry,
    cache_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    policy: bytes | list[tuple[str, str]],
    other_files: dict[str, bytes],
    message: str,
) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 8192)
    if not isinstance(policy, bytes):
        policy = policies.model([policies.gemm("q_values")], weights=[external_tensor(*policy), policies.BIAS])
    registry = registry_at(misbehaving.address, registered)
    version = registry.version(registered.version(policy, other_files=other_files))
    with pytest.raises(PolicyRefused, match=message) as refused:
        PolicyFiles(registry, cache_dir).check(version, MAZE)
    assert "MLflow" not in str(refused.value)
    assert not any("passwd" in path or ".." in path for _status, path in misbehaving.answered)


def test_a_file_over_the_size_limit_is_refused(tracking: Tracking, registered: Registry, cache_dir: Path) -> None:
    registry = registry_at(tracking.address, registered)
    version = registry.version(registered.version(bytes(64 * 2**20 + 1)))
    with pytest.raises(PolicyRefused, match=r"^The policy file has more than 64 MiB, the maximum\.$"):
        PolicyFiles(registry, cache_dir).check(version, MAZE)


def test_a_file_deleted_with_its_run_is_reported_with_the_run(
    tracking: Tracking, registered: Registry, cache_dir: Path
) -> None:
    registry = registry_at(tracking.address, registered)
    with_run, without = (registry.version(registered.version()) for _number in range(2))
    for version in (with_run, without):
        registered.put(f"{version.source.removeprefix('mlflow-artifacts:/')}/policy.onnx", None)
    tracking.delete(without.run_id)
    files = PolicyFiles(registry, cache_dir)
    with pytest.raises(PolicyRefused, match=r"^Its file policy\.onnx is missing\.$"):
        files.file(with_run)
    with pytest.raises(PolicyRefused, match=f"is missing: its run {without.run_id} was deleted"):
        files.file(without)


def test_an_unreadable_source_is_not_requested_at_each_tick(
    misbehaving: Misbehaving, registered: Registry, cache_dir: Path, long_pauses: None
) -> None:
    version = registered.elsewhere("s3://user:hunter2@bucket/x")
    host = Host(misbehaving.address, registered.name, cache_dir)
    assert host.services[0].models.get(version).onnx_path == "s3://bucket/x"
    messages = set()
    for _tick in range(5):
        for services in host.services:
            with pytest.raises((SourceUnreadable, StillUnreadable)) as failed:
                services.models.policy(version)
            messages.add(str(failed.value))
    assert len(fetched_statuses(misbehaving)) == 1
    assert all("cannot read this version's files at s3://***@bucket/x: answered HTTP 500" in one for one in messages)
    answer = host.workers[0].test_client().get(f"/api/models/{version}/policy")
    assert answer.status_code == 502
    assert "the next attempt is within" in answer.json["error"]
    with pytest.raises(SourceUnreadable):  # a person who activates it does not wait
        host.services[1].models.activate(version)
    assert len(fetched_statuses(misbehaving)) == 2


def test_an_open_page_shows_the_reason_and_sends_mlflow_no_more_requests(
    misbehaving: Misbehaving, registered: Registry, cache_dir: Path, long_pauses: None
) -> None:
    version = registered.elsewhere("s3://bucket/x")
    host = Host(misbehaving.address, registered.name, cache_dir)
    page = host.open(f"/models/{version}")
    eventually(lambda: page.tick() and "s3://bucket/x" in page.text())
    for _tick in range(5):
        page.tick()
    assert len(fetched_statuses(misbehaving)) <= 2


def test_a_hanging_source_holds_up_no_other_file(
    misbehaving: Misbehaving, registered: Registry, cache_dir: Path
) -> None:
    registry = registry_at(misbehaving.address, registered)
    slow, quick = (registry.version(registered.version()) for _number in range(2))
    released = threading.Event()

    def alter(path: str, body: bytes) -> bytes:
        if "get-artifact" in path and f"version={slow.version}&" in path:
            released.wait(30)
        return body

    misbehaving.alter = alter
    files = PolicyFiles(registry, cache_dir)
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(lambda: files.file(slow).content()) for _number in range(6)]
        assert files.file(quick).content() == EVERY
        assert not any(one.done() for one in waiting)
        released.set()
        assert {one.result(60) for one in waiting} == {EVERY}
