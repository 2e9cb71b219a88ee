"""The day that a monitor keeps by itself: it survives whatever happens to the process or to the file."""

import signal
import sqlite3
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.fleet.kept_history import BUCKET_SECONDS, HistoryQuery, KeptHistory
from domain.gpus import Gpu, GpuProcess, GpuReport, GpuState, HostState
from gpu_monitor.history import answers, history_file
from gpu_monitor.history.answers import kept_history
from gpu_monitor.history.buckets import Bucket, Buckets
from gpu_monitor.history.history_file import HistoryFile
from gpu_monitor.metrics import metrics
from gpu_monitor.readings import Reading
from tests.gpus.conftest import Start
from tests.gpus.monitor import Monitor
from tests.misbehaving import eventually

BUCKET_MS = BUCKET_SECONDS * 1000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def reading(at: int, *gpus: Gpu, seconds: float = 2.0, state: HostState = HostState.OK) -> Reading:
    return Reading(taken_at=at, interval_seconds=seconds, state=state, gpus=list(gpus))


def gpu(at: int, utilization: float | None, number: int = 0, **more: object) -> Gpu:
    return Gpu.model_validate(
        {"gpu_id": number, "uuid": f"GPU-{number}", "timestamp": at, "utilization": utilization, **more}
    )


def buckets_of(readings: list[Reading]) -> list[Bucket]:
    buckets = Buckets(2.0, "boot")
    return [one for each in readings for one in buckets.add(each)] + buckets.end()


def queried(file: HistoryFile, since: int, until: int, step_s: int = BUCKET_SECONDS) -> KeptHistory:
    query = HistoryQuery(since_ms=since, until_ms=until, step_s=step_s)
    return KeptHistory.model_validate_json(kept_history(file, query, "host", 24).model_dump_json())


@given(
    st.lists(st.tuples(st.integers(0, 40), st.one_of(st.none(), st.integers(0, 100))), max_size=40),
    st.integers(1, 7),
)
@settings(max_examples=30)
def test_means_and_coverage_equal_those_of_the_samples(samples: list[tuple[int, int | None]], per_step: int) -> None:
    """Each step has the share of its time that was sampled, and the mean of the known values."""
    start = (now_ms() - 3_600_000) // BUCKET_MS * BUCKET_MS
    step_ms = per_step * BUCKET_MS
    moments = sorted({(start + at * 2_500, value) for at, value in samples}, key=lambda one: one[0])
    moments = [one for place, one in enumerate(moments) if place == 0 or moments[place - 1][0] != one[0]]
    kept = buckets_of([reading(at, gpu(at, value), seconds=2.0) for at, value in moments])
    assert all(bucket.at < later.at for bucket, later in pairwise(kept))
    found: dict[int, list[float | None]] = {}
    for at, value in moments:
        found.setdefault((at - start) // step_ms, []).append(value)
    with_file = HistoryFile(Path(f"/tmp/clew-kept-{time.monotonic_ns()}.sqlite"), 24)
    try:
        with_file.write(kept)
        result = queried(with_file, start, start + 6 * 7 * BUCKET_MS, per_step * BUCKET_SECONDS)
    finally:
        for one in with_file.path.parent.glob(with_file.path.name + "*"):
            one.unlink()
    if not moments:
        assert result.gpus == []
        return
    (one,) = result.gpus
    for step in range(result.steps):
        values = found.get(step, [])
        known = [value for value in values if value is not None]
        assert one.covered[step] == pytest.approx(2.0 * len(values) / (step_ms / 1000))
        if not known:
            assert one.utilization[step] is None
        elif len(known) == len(values):
            assert one.utilization[step] == pytest.approx(sum(known) / len(known))


@given(st.lists(st.floats(1.9, 2.1), min_size=10, max_size=40))
@settings(max_examples=30)
def test_an_always_busy_gpu_has_exactly_full_utilization(seconds: list[float]) -> None:
    start = (now_ms() - 3_600_000) // BUCKET_MS * BUCKET_MS
    busy = [
        reading(start + place * 2_000, gpu(start, 100, is_reserved=True), seconds=one)
        for place, one in enumerate(seconds)
    ]
    with TemporaryDirectory() as folder:
        file = HistoryFile(Path(folder) / "kept", 24)
        file.write(buckets_of(busy))
        (one,) = queried(file, start, start + 80_000, 80).gpus
    assert (one.utilization, one.reserved) == ([100], [1])


def test_a_missing_sample_is_a_gap_and_not_zero(tmp_path: Path) -> None:
    start = (now_ms() - 600_000) // BUCKET_MS * BUCKET_MS
    lost = gpu(start + BUCKET_MS, None, state=GpuState.LOST)
    readings = [
        reading(start, gpu(start, 0), seconds=20),
        reading(start + BUCKET_MS, lost, seconds=20),
        reading(start + 2 * BUCKET_MS, gpu(start, 50), state=HostState.STALE),
        reading(start + 3 * BUCKET_MS, gpu(start, 70)),
    ]
    file = HistoryFile(tmp_path / "kept", 24)
    file.write(buckets_of(readings))
    (one,) = queried(file, start, start + 4 * BUCKET_MS).gpus
    assert one.utilization == [0, None, None, 70]
    assert one.covered == pytest.approx([0.3, 0, 0, 0.1])  # one sample stands for three periods at most
    assert one.memory_used == [None] * 4


def test_users_are_listed_with_their_share(tmp_path: Path) -> None:
    start = (now_ms() - 600_000) // BUCKET_MS * BUCKET_MS
    training = GpuProcess(pid=7, user="ada", start_ticks=11, memory_used=900)
    readings = [
        reading(start + 2000 * place, gpu(start, 50, processes=[training] if place < 5 else []), seconds=2)
        for place in range(10)
    ]
    file = HistoryFile(tmp_path / "kept", 24)
    file.write(buckets_of(readings))
    ((use,),) = [one.uses for one in queried(file, start, start + BUCKET_MS).gpus]
    assert (use.user.owner, use.user.pid, use.user.start_ticks, use.user.boot_id) == ("ada", 7, 11, "boot")
    assert use.share == pytest.approx([0.5])


def test_thousands_of_short_processes_are_summed_by_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MAX_NAMED", 3)
    start = (now_ms() - 600_000) // BUCKET_MS * BUCKET_MS
    readings = []
    for place in range(10):
        owner = ("ada", "bob")[place % 2]
        short = GpuProcess(pid=place + 10, user=owner, start_ticks=place)
        long = GpuProcess(pid=7, user="eve", start_ticks=99)
        at = start + 2000 * place
        readings.append(reading(at, gpu(at, 50, processes=[short, long])))
    file = HistoryFile(tmp_path / "kept", 24)
    file.write(buckets_of(readings))
    ((*uses,),) = [one.uses for one in queried(file, start, start + BUCKET_MS).gpus]
    assert len(uses) == 5
    assert [one.share for one in uses if one.user.pid == 7] == [pytest.approx([1.0])]
    by_owner = {owner: sum(one.share[0] for one in uses if one.user.owner == owner) for owner in ("ada", "bob")}
    assert by_owner == pytest.approx({"ada": 0.5, "bob": 0.5})


def test_an_answer_is_not_affected_by_writes_during_its_reading(tmp_path: Path) -> None:
    at = (now_ms() - 600_000) // BUCKET_MS * BUCKET_MS
    file = HistoryFile(tmp_path / "kept", 24)
    file.write(buckets_of([reading(at, gpu(at, 1))]))
    with file.reading() as database:
        assert database
        count = "SELECT count(*) FROM sample"
        assert database.execute(count).fetchone() == (1,)
        file.write(buckets_of([reading(at + BUCKET_MS, gpu(at, 1, number=1))]))
        assert database.execute(count).fetchone() == (1,)


def test_two_unknown_processes_make_one_series_of_metrics() -> None:
    at = now_ms()
    unknown = GpuReport(host="a", sent_at=at, sample_seconds=2, gpus=[gpu(at, 1, processes=[GpuProcess()] * 2)])
    result = metrics(unknown, viewers=0, restarts=0).splitlines()
    assert len([line for line in result if line.startswith("clew_gpu_user{")]) == 1


def test_an_invalid_span_is_refused(tmp_path: Path) -> None:
    file = HistoryFile(tmp_path / "kept", 24)
    with pytest.raises(BadInput, match="after its start"):
        queried(file, 1_000, 1_000)
    with pytest.raises(BadInput, match="at most 2000"):
        queried(file, 0, 86_400_000)
    assert queried(file, 0, 60_000).gpus == []


def test_old_and_future_samples_are_dropped_and_the_file_stays_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_file, "MAX_BYTES", 30 * 4096)
    file = HistoryFile(tmp_path / "kept", 1)
    now = now_ms() // BUCKET_MS * BUCKET_MS
    file.write(buckets_of([reading(at, gpu(at, 1)) for at in (now - 7_200_000, now - 600_000, now + 86_400_000)]))
    assert queried(file, now - 7_200_000, now + 1000, 3600).kept_since_ms == now - 600_000
    crowd = [GpuProcess(pid=number, user=f"user-{number}", start_ticks=number) for number in range(1, 80)]
    for place in range(120):
        at = now - 3_000_000 + place * BUCKET_MS
        file.write(buckets_of([reading(at, gpu(at, 50, processes=crowd))]))
    assert file.trouble is None
    assert file.path.stat().st_size <= 30 * 4096
    result = queried(file, now - 3_000_000, now, 60)
    assert result.gpus[0].covered[-20] > 0  # the newest of them is there; the oldest was dropped
    assert result.gpus[0].covered[0] == 0


def test_an_unwritable_folder_is_reported_until_it_is_writable_again(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, and no folder")
    file = HistoryFile(tmp_path / "taken" / "kept", 24)
    at = now_ms()
    file.write(buckets_of([reading(at, gpu(at, 1))]))
    assert "cannot be kept in" in str(file.trouble)
    (tmp_path / "taken").unlink()
    file.write(buckets_of([reading(at, gpu(at, 1))]))
    assert file.trouble is None


def history(monitor: Monitor, **query: object) -> requests.Response:
    now = now_ms()
    span = {"since_ms": now - 3_600_000, "until_ms": now + 60_000, "step_s": 60, **query}
    return requests.get(f"http://127.0.0.1:{monitor.port}/history", params=span, timeout=10)


def test_a_monitor_keeps_its_history_over_restarts_kills_and_damage(start: Start) -> None:
    monitor = start(state="count 1\nutil 0 40\nprocess 0 1 512", GPU_HISTORY_HOURS="24")
    monitor.wait_for(lambda health: health["state"] == "ok" and health["sample_age_seconds"] < 2)
    assert history(monitor, step_s=1).status_code == 422
    assert history(monitor, step_s=30).status_code == 422
    assert history(monitor, until_ms=0).status_code == 400
    monitor.end()  # what has been collected is written
    file = monitor.folder / "var" / "gpu-history.sqlite"
    assert file.exists()

    monitor.run()
    result = KeptHistory.model_validate(history(monitor).json())
    assert (result.host, result.error) == ("fake-host", None)
    assert [one.uuid for one in result.gpus] == ["FAKE-0"]
    assert any(one == pytest.approx(40) for one in result.gpus[0].utilization)
    before = sum(result.gpus[0].covered)
    workers = psutil.Process(monitor.process.pid).children(recursive=True)
    monitor.end(signal.SIGKILL)
    for worker in workers:  # one of them keeps the file, and may have ended by itself by now
        with suppress(psutil.NoSuchProcess):
            worker.kill()
    psutil.wait_procs(workers, 40)
    monitor.run()
    assert sum(KeptHistory.model_validate(history(monitor).json()).gpus[0].covered) >= before
    monitor.end()

    file.write_bytes(b"no database at all" * 1000)
    monitor.run()
    eventually(lambda: "was damaged" in (history(monitor).json()["error"] or ""))
    assert history(monitor).json()["code"] == "history-file-damaged"
    assert file.with_name(file.name + ".damaged").read_bytes().startswith(b"no database")
    assert any("was damaged" in line["message"] for line in monitor.log_lines())
    with sqlite3.connect(file) as reopened:
        assert reopened.execute("PRAGMA quick_check").fetchone() == ("ok",)


def test_a_monitor_that_keeps_nothing_reports_it(start: Start) -> None:
    monitor = start(GPU_HISTORY_HOURS="0")
    answer = history(monitor)
    assert (answer.status_code, answer.json()["code"]) == (404, "history-not-kept")
    assert not (monitor.folder / "var").exists()
