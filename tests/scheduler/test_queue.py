"""The order of waiting trainings, and the actions on one."""

import time

import pytest

from domain.errors.trainings import reasons
from domain.errors.trainings.cluster import EnoughWaitThere
from domain.trainings.training import TrainingState
from scheduler.backends.backend import Capacity, GpuCapacity, ResourceRequest
from scheduler.queue.entry import Entry
from scheduler.queue.planning import plan
from tests.scheduler.conftest import Start
from tests.scheduler.service import OVER, Service


def test_trainings_run_in_queue_order_and_held_ones_not_at_all(single_slot_service: Service) -> None:
    blocking = single_slot_service.start(trainer="sleeper", seconds=60)
    single_slot_service.until(blocking, "training")
    a, b, c, d = (single_slot_service.start(trainer="sleeper", seconds=0.2, word=word) for word in "abcd")
    assert single_slot_service.training(a)["reason"]["code"] == "waits-for-slot"
    assert single_slot_service.training(c)["reason"] == {
        "code": "waits-for-its-turn",
        "params": {"before": 2},
        "text": None,
    }
    assert single_slot_service.post("queue", run_id=c, action="first") == {"run_id": c, "state": "queued", "place": 1}
    assert single_slot_service.post("queue", run_id=a, action="hold")["state"] == "held"
    assert single_slot_service.post("queue", run_id=d, action="cancel") == {
        "run_id": d,
        "state": "killed",
        "place": None,
    }
    assert single_slot_service.training(a)["actions"] == ["cancel", "first", "release"]
    assert [one["run_id"] for one in single_slot_service.trainings()[1:4]] == [c, a, b]
    single_slot_service.post("stop", run_id=blocking)
    for run_id in (b, c):
        single_slot_service.until(run_id, "done")
    assert single_slot_service.training(c)["started_ms"] < single_slot_service.training(b)["started_ms"]
    assert single_slot_service.training(d)["reason"]["code"] == "cancelled-in-queue"
    assert single_slot_service.state(a) == "held"
    single_slot_service.post("queue", run_id=a, action="release")
    assert single_slot_service.until(a, *OVER)["state"] == "done"
    assert single_slot_service.post("queue", 409, run_id=a, action="first")["code"] == "training-over"


def test_the_queue_survives_its_scheduler(single_slot_service: Service) -> None:
    blocking = single_slot_service.start(trainer="sleeper", seconds=60)
    single_slot_service.until(blocking, "training")
    a, b = (single_slot_service.start(trainer="sleeper", word=word) for word in "ab")
    single_slot_service.post("queue", run_id=b, action="first")
    single_slot_service.kill()
    single_slot_service.run()
    places = {one["run_id"]: one["place"] for one in single_slot_service.trainings()}
    assert (places[b], places[a]) == (1, 2)
    single_slot_service.post("stop", run_id=blocking)
    for run_id in (a, b):
        assert single_slot_service.until(run_id, *OVER)["state"] == "done"


@pytest.mark.thorough
def test_five_hundred_waiting_trainings_are_listed_within_a_second(start: Start) -> None:
    single_slot_service = start(TRAINING_SLOTS="1")
    blocking = single_slot_service.start(trainer="teller", episodes=100_000)
    single_slot_service.until(blocking, "training")
    made = [
        run["run_id"]
        for _ in range(5)
        for run in single_slot_service.post("start", trainer="teller", episodes=1, seed="1-100")["runs"]
    ]
    began = time.monotonic()
    listed = single_slot_service.trainings()
    assert time.monotonic() - began < 1
    waiting = [one for one in listed if one["state"] == "queued"]
    assert [one["run_id"] for one in waiting] == made
    assert [one["place"] for one in waiting] == list(range(1, 501))
    assert single_slot_service.post("queue", run_id=made[-1], action="first")["place"] == 1
    single_slot_service.kill()
    began = time.monotonic()
    single_slot_service.run()
    assert time.monotonic() - began < 15
    assert single_slot_service.get("/health")["waiting"] == 500
    single_slot_service.end_all()


def entry(run_id: str, *, slots: int = 1, gpus: int = 0, state: TrainingState = TrainingState.QUEUED) -> Entry:
    return Entry(run_id, run_id, "e", "t", {}, state, 0.0, 0, needs=ResourceRequest(slots, gpus))


def planned(waiting: list[Entry], room: Capacity) -> tuple[list[str], dict[str, str]]:
    found = plan(waiting, room)
    return [one.entry.run_id for one in found.chosen], {run: why.code for run, why in found.reasons.items()}


TWO_GPUS = Capacity(2, 2, GpuCapacity(2, (0, 1)))


@pytest.mark.parametrize(
    ("waiting", "room", "chosen", "why"),
    [
        ([entry("a"), entry("b"), entry("c")], Capacity(2, 2), ["a", "b"], {"c": "waits-for-slot"}),
        ([entry("a", slots=2), entry("b")], Capacity(2, 1), [], {"a": "waits-for-slot", "b": "waits-for-its-turn"}),
        ([entry("a", slots=3), entry("b")], Capacity(2, 1), ["b"], {"a": "more-slots-than-there-are"}),
        ([entry("a", state=TrainingState.HELD), entry("b")], Capacity(1, 1), ["b"], {"a": "held"}),
        ([entry("a", gpus=1), entry("b", gpus=1), entry("c")], TWO_GPUS, ["a", "b", "c"], {}),
        ([entry("a", gpus=2), entry("b", gpus=1), entry("c")], Capacity(1, 1, GpuCapacity(2, (1,))), ["c"], {"a": "waits-for-gpus", "b": "waits-for-its-turn"}),
        ([entry("a", gpus=3), entry("b", gpus=1)], TWO_GPUS, ["b"], {"a": "more-than-there-is"}),
        ([entry("a", gpus=1)], Capacity(1, 1, GpuCapacity(1, (), reasons.GpuTakenBy(0, "python"))), [], {"a": "gpu-taken-by"}),
        ([entry("a", gpus=1)], Capacity(None, None), ["a"], {}),
        ([entry("a"), entry("b", gpus=1), entry("c")], Capacity(None, None, most=1, shortage=EnoughWaitThere(7)), ["a"], {"b": "enough-wait-there", "c": "enough-wait-there"}),
    ],
)  # fmt: skip
def test_the_plan_starts_what_fits_and_gives_the_others_a_reason_to_wait(
    waiting: list[Entry], room: Capacity, chosen: list[str], why: dict[str, str]
) -> None:
    assert planned(waiting, room) == (chosen, why)


def test_two_trainings_with_one_gpu_each_get_different_gpus() -> None:
    found = plan([entry("a", gpus=1), entry("b", gpus=1)], TWO_GPUS)
    assert [one.gpus for one in found.chosen] == [(0,), (1,)]
