"""No client takes all of the engine: neither its viewers' places nor the places of running models."""

import math
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import hypothesis.strategies as st
import pytest
from flask import Flask, request
from hypothesis import given

from domain.access.rules import Requester
from domain.errors import ServiceUnavailable
from inference import policy_pool
from inference.fair_turns import FairTurns, Turn
from inference.fair_turns import person_of as of_whom
from inference.policy_pool import PolicyPool, SharedPolicy
from policies.policy_process import PolicyProcess
from sockets.fair_places import FairSlots, address_of
from tests.gpus.monitor import handshake, status
from tests.inference.conftest import DQN, SMALL, Start, Team

pytest.importorskip("onnx")

from tests.models import policies

persons = st.sampled_from(["ann", "bob", "eve"])


@given(st.integers(1, 12), st.lists(st.tuples(st.booleans(), persons), max_size=60))
def test_the_last_quarter_of_places_is_kept_for_clients_without_one(most: int, steps: list[tuple[bool, str]]) -> None:
    places, held, kept = FairSlots(most, most // 4), Counter[str](), most // 4
    for comes, person in steps:
        if comes:
            free = most - held.total()
            taken = places.take(person)
            assert taken == (free > 0 and (not held[person] or free > kept))
            held[person] += taken
        elif held[person]:
            places.release(person)
            held[person] -= 1
        assert held.total() <= most


def test_a_client_cannot_take_the_places_kept_for_newcomers() -> None:
    places = FairSlots(100, 25)
    assert sum(places.take("greedy") for _ in range(200)) == 75
    assert all(places.take(f"newcomer {number}") for number in range(25))
    assert not places.take("one too many")


@given(
    st.integers(1, 3), st.integers(1, 4), st.integers(1, 9), st.lists(st.tuples(st.booleans(), persons), max_size=60)
)
def test_a_free_place_goes_to_the_client_with_the_fewest_running_evaluations(
    at_once: int, each: int, most: int, steps: list[tuple[bool, str]]
) -> None:
    """No place is idle while a client waits, and a place goes to the client with the fewest running, in order of
    arrival."""
    turns, waiting, running = FairTurns(at_once, each, most), list[Turn](), list[Turn]()
    for comes, person in steps:
        held = [*waiting, *running]
        if comes:
            refused = sum(one.person == person for one in held) >= each or len(held) >= most
            try:
                waiting.append(turns.enter(person))
            except ServiceUnavailable:
                assert refused
            else:
                assert not refused
        elif held:
            ended = held[len(steps) % len(held)]
            ended.end()
            ended.end()
            (waiting if ended in waiting else running).remove(ended)
        while waiting and len(running) < at_once:
            places = Counter(one.person for one in running)
            fewest = min(places[one.person] for one in waiting)
            following = next(one for one in waiting if places[one.person] == fewest)
            waiting.remove(following)
            running.append(following)
        assert all(turns.wait(one, 0) for one in running)
        assert not any(turns.wait(one, 0) for one in waiting)
        assert len(turns) == len(waiting) + len(running)


@pytest.mark.parametrize(
    ("requester", "person"),
    [
        (Requester(user="kim", page="a1"), "user kim"),
        (Requester(page="a1"), "page a1"),
        (Requester(), "address 10.0.0.7"),
        (Requester(has_token=True), "address 10.0.0.7"),
    ],
)
def test_an_evaluation_is_counted_by_user_name_else_page_else_address(requester: Requester, person: str) -> None:
    assert of_whom(requester, "10.0.0.7") == person


@pytest.mark.parametrize(
    ("peer", "named", "person"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "10.0.0.7", "10.0.0.7"),
        ("::1", "9.9.9.9, 10.0.0.7", "10.0.0.7"),
        ("10.0.0.8", "10.0.0.7", "10.0.0.8"),
        ("127.0.0.1", " , ", "127.0.0.1"),
    ],
)
def test_behind_a_proxy_of_this_machine_persons_are_distinguished(peer: str, named: str | None, person: str) -> None:
    headers = {} if named is None else {"X-Forwarded-For": named}
    with Flask("fair").test_request_context(headers=headers, environ_base={"REMOTE_ADDR": peer}):
        assert address_of(request) == person


def test_connections_of_one_address_leave_a_place_for_another(start: Start) -> None:
    engine = start(INFERENCE_MAX_VIEWERS="4")
    with ExitStack() as sockets:

        def status_of_new_connection(address: str) -> int:
            connection = handshake(engine.port, "/ws/inference", **{"X-Forwarded-For": address})
            return status(sockets.enter_context(connection))[0]

        assert [status_of_new_connection("10.0.0.7") for _ in range(4)] == [101, 101, 101, 503]
        assert status_of_new_connection("10.0.0.8") == 101
        assert status_of_new_connection("10.0.0.9") == 503


class Pool(PolicyPool):
    """Holds three policies at most, by name."""

    def __init__(self) -> None:
        super().__init__(3)
        self._made: list[SharedPolicy[PolicyProcess]] = []

    def policy(self, name: str) -> SharedPolicy[PolicyProcess]:
        found = self.get(name, DQN.read_bytes(), SMALL, lambda content: PolicyProcess(content, SMALL))
        assert found is not None
        self._made.append(found)
        return found

    def end(self) -> None:
        for one in self._made:
            one.release_if_idle(math.inf)


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool()
    yield pool
    pool.end()


def test_a_newcomer_takes_a_place_of_the_largest_user_and_never_the_active_models(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_pool, "_IDLE_SECONDS", 600.0)  # a slow machine starts a process for longer than that
    greedy = [pool.policy(f"greedy {number}") for number in range(3)]
    for one in greedy:
        one.start("greedy")
    newcomer = pool.policy("newcomer's")
    newcomer.start("newcomer")
    assert len(pool) == 3
    with pytest.raises(ServiceUnavailable, match="runs 3 models"):
        greedy[0].start("greedy")  # its last request is the oldest
    for one in (*greedy[1:], newcomer):  # the shares are fair now: 2 and 1
        one.start(one.person)
    with pytest.raises(ServiceUnavailable):
        pool.policy("a second of the newcomer's").start("newcomer")
    active = pool.policy("active")
    pool.reserve_place_for(active)
    active.start("anybody")
    active.start("greedy")
    with pytest.raises(ServiceUnavailable):
        greedy[0].start("greedy")
    pool.policy("of a third").start("third")
    active.start("greedy")  # it did not count as the third
    assert len(pool) == 3


def test_a_place_is_had_although_its_policy_is_slow_to_answer(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine: an answer of a second may take ten by the clock."""
    monkeypatch.setattr(policy_pool, "_IDLE_SECONDS", 600.0)
    monkeypatch.setattr(policy_pool, "ANSWER_SECONDS", 0.1)
    greedy = [pool.policy(f"greedy {number}") for number in range(3)]
    for one in greedy:
        one.start("greedy")
    answered, begun = threading.Event(), threading.Barrier(len(greedy) + 1)

    def answer(_process: PolicyProcess) -> None:
        begun.wait(60)
        answered.wait(60)

    calls = [threading.Thread(target=one.use, args=(answer, "greedy")) for one in greedy]
    for call in calls:
        call.start()
    begun.wait(60)
    threading.Timer(1.5, answered.set).start()
    pool.policy("newcomer's").start("newcomer")
    for call in calls:
        call.join(60)
    assert len(pool) == 3


def test_a_second_viewer_waits_for_a_policy_that_is_slow_to_load(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_pool, "LOAD_SECONDS", 0.1)
    monkeypatch.setattr(policy_pool, "ANSWER_SECONDS", 0.1)
    loads = threading.Event()

    def load_slowly(content: bytes) -> PolicyProcess:
        loads.set()
        time.sleep(2)
        return PolicyProcess(content, SMALL)

    policy = pool.get("slow", DQN.read_bytes(), SMALL, load_slowly)
    assert policy is not None
    first = threading.Thread(target=policy.start)
    first.start()
    loads.wait(60)
    policy.start("second")
    first.join(60)
    policy.release_if_idle(math.inf)


def test_the_active_model_runs_although_other_models_fill_all_places(start: Start, team: Team) -> None:
    engine = start(INFERENCE_MAX_MODELS="2")
    others = [team.dqn, team.registry.version(policies.q_values(), env_id=SMALL)]
    team.activate(team.ppo)
    with ExitStack() as viewers:
        for other in others:
            viewer = viewers.enter_context(engine.view())
            assert "error" not in viewer.reset(model=other)
            viewer.send_command("start", speed=10)
        newcomer = viewers.enter_context(engine.view())
        assert newcomer.reset()["model_id"] == team.ppo
        newcomer.send_command("start", speed=10)
        assert newcomer.steps()[-1]["success"]
