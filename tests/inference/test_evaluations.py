"""The engine measures a model as good as its training did, and differently in mazes that it was not trained in."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from domain.inference.evaluation import HELD_OUT_SEEDS, Policy, evaluate, evaluate_unseen, unseen_mazes
from domain.inference.maze import generate_maze
from domain.inference.messages import EvaluationReport, EvaluationState
from domain.registry.measurements import Measured
from domain.statistics import wilson_interval
from tests.inference.conftest import DQN, PPO, SMALL, Team
from tests.inference.engine import Engine

pytest.importorskip("onnx")

from tests.inference.slow_policy import slow
from tests.models import policies


def wait_for_report(engine: Engine, model_id: str, *, stop_after_seen: bool = False) -> EvaluationReport:
    """Waits until an evaluation is over; the count of played episodes must only grow meanwhile."""
    deadline, played = time.monotonic() + 300, 0
    while time.monotonic() < deadline:
        status, answer = engine.call("GET", f"/evaluations/{model_id}")
        assert status == 200
        report = EvaluationReport.model_validate(answer)
        assert played <= report.played <= report.episodes == 200
        played = report.played
        if report.state != EvaluationState.RUNNING:
            return report
        if stop_after_seen and report.seen:
            engine.call("DELETE", f"/evaluations/{model_id}")
        time.sleep(0.05)
    raise AssertionError(f"not within 300 s: {answer}")


def test_an_evaluation_equals_that_of_the_training(
    engine: Engine, team: Team, load_policy: Callable[[Path], Policy]
) -> None:
    """The numbers are the same to the last bit: one function, one file, one runtime."""
    models = {team.ppo: (PPO, generate_maze()), team.dqn: (DQN, generate_maze(5))}
    for model_id in models:
        status, answer = engine.call("POST", f"/evaluations/{model_id}")
        assert (status, answer["state"]) == (202, "running")
    for model_id, (file, maze) in models.items():
        report, policy = wait_for_report(engine, model_id), load_policy(file)
        assert (report.state, report.played, report.error) == (EvaluationState.DONE, 200, None)
        assert (report.maze_size, report.maze_seed) == (maze.size, 0)
        assert report.seen == Measured.of(evaluate(policy, maze, HELD_OUT_SEEDS))
        assert report.unseen == Measured.of(evaluate_unseen(policy, maze))
        assert report.seen is not None
        assert report.seen.interval == wilson_interval(report.seen.success_rate, 100)


def test_the_maze_is_the_one_that_the_run_trained_on(
    engine: Engine, team: Team, load_policy: Callable[[Path], Policy]
) -> None:
    model_id = team.trained_on(DQN.read_bytes(), SMALL, maze_seed=3)
    engine.call("POST", f"/evaluations/{model_id}")
    report = wait_for_report(engine, model_id, stop_after_seen=True)
    assert (report.maze_size, report.maze_seed) == (5, 3)
    assert report.seen == Measured.of(evaluate(load_policy(DQN), generate_maze(5, 3)))


def test_unseen_mazes_exclude_the_maze_of_the_training() -> None:
    known = unseen_mazes(generate_maze(5))[3]
    mazes = unseen_mazes(known)
    assert len({maze.seed for maze in mazes}) == 20
    assert known.seed not in {maze.seed for maze in mazes}
    assert {maze.size for maze in mazes} == {5}


def test_a_third_evaluation_waits_and_running_ones_are_not_started_twice(engine: Engine, team: Team) -> None:
    long_evaluations = [team.registry.version(slow()) for _ in range(3)]
    for model_id in long_evaluations:
        assert engine.call("POST", f"/evaluations/{model_id}")[0] == 202
    status, answer = engine.call("POST", f"/evaluations/{long_evaluations[0]}")
    assert (status, answer["state"]) == (202, "running")
    answer = wait_until_queued(engine, long_evaluations[2])
    assert (answer["state"], answer["played"]) == ("running", 0)
    assert "is already evaluating 2 models, the maximum at a time" in answer["error"]
    assert answer["waited_s"] > 0
    for model_id in reversed(long_evaluations):
        assert engine.call("DELETE", f"/evaluations/{model_id}")[0] == 202
    assert {wait_for_report(engine, model_id).state for model_id in long_evaluations} == {EvaluationState.CANCELLED}
    assert engine.wait_for(lambda health: health["evaluations"] == 0)


def test_a_failed_evaluation_frees_its_place_and_can_be_retried(engine: Engine, team: Team) -> None:
    endless = team.registry.version(policies.endless())
    for _attempt in range(2):
        assert engine.call("POST", f"/evaluations/{endless}")[1]["state"] == "running"
        failed = wait_for_report(engine, endless)
        assert failed.state == EvaluationState.FAILED
        within = re.fullmatch(r"The policy did not answer within (.+) and was stopped\.", failed.error or "")
        assert within is not None, failed.error
        assert within[1] in ("1 s of computing", "10 s by the clock")  # a busy machine may hardly let it run
    assert engine.wait_for(lambda health: health["evaluations"] == 0)


def wait_until_queued(engine: Engine, model_id: str) -> dict[str, Any]:
    """Returns the state of an evaluation once it reports that it waits for its turn."""
    return wait_for_state(engine, model_id, lambda answer: answer["code"] == "runs-all-evaluations")


def wait_for_state(engine: Engine, model_id: str, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Returns the state of an evaluation once it fulfils the condition."""
    deadline, answer = time.monotonic() + 300, dict[str, Any]()
    while time.monotonic() < deadline:
        answer = engine.call("GET", f"/evaluations/{model_id}")[1]
        if condition(answer):
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within 300 s: {answer}")


def test_a_client_with_few_evaluations_goes_before_one_with_many(engine: Engine, team: Team) -> None:
    """Kim has four: two run, two wait. Lee comes last and goes next; a fifth of Kim's is refused, with a time to
    retry."""
    kim, lee = {"X-Clew-Page": "kim"}, {"X-Clew-Page": "lee"}
    long_evaluations = [team.registry.version(slow()) for _ in range(6)]
    of_kim, of_lee = long_evaluations[:4], long_evaluations[5]
    for model_id in of_kim:
        assert engine.call("POST", f"/evaluations/{model_id}", **kim)[0] == 202
    answer = requests.post(f"http://127.0.0.1:{engine.port}/evaluations/{long_evaluations[4]}", headers=kim, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (503, "asked-for-many-evaluations")
    assert "4 evaluations of yours" in answer.json()["error"]
    assert int(answer.headers["Retry-After"]) > 0
    assert engine.call("POST", f"/evaluations/{of_kim[0]}", **kim)[0] == 202  # that one is under way
    assert engine.call("POST", f"/evaluations/{of_lee}", **lee)[0] == 202
    for model_id in (*of_kim[2:], of_lee):
        wait_until_queued(engine, model_id)
    engine.call("DELETE", f"/evaluations/{of_kim[0]}", **kim)
    wait_for_state(engine, of_lee, lambda one: one["error"] is None)
    assert {wait_until_queued(engine, model_id)["played"] for model_id in of_kim[2:]} == {0}
    engine.call("DELETE", f"/evaluations/{of_kim[1]}", **kim)
    wait_for_state(engine, of_kim[2], lambda one: one["error"] is None)
    wait_until_queued(engine, of_kim[3])
    for model_id, person in ((of_kim[3], kim), (of_kim[2], kim), (of_lee, lee)):
        engine.call("DELETE", f"/evaluations/{model_id}", **person)
    assert engine.wait_for(lambda health: health["evaluations"] == 0)


def test_a_cancelled_evaluation_is_reported_as_cancelled(engine: Engine, team: Team) -> None:
    model_id = team.registry.version(policies.q_values())  # against a wall, 200 steps in each episode
    assert engine.call("POST", f"/evaluations/{model_id}")[0] == 202
    assert engine.call("DELETE", f"/evaluations/{model_id}")[0] == 202
    report = wait_for_report(engine, model_id)
    assert report.state == EvaluationState.CANCELLED
    assert report.unseen is None


def test_a_missing_evaluation_or_model_is_reported(engine: Engine) -> None:
    assert engine.call("GET", "/evaluations/12345")[0] == 404
    assert engine.call("DELETE", "/evaluations/12345")[0] == 404
    assert engine.call("POST", "/evaluations/12345")[0] == 202
    report = wait_for_report(engine, "12345")
    assert report.state == EvaluationState.FAILED
    assert "There is no model" in (report.error or "")


def test_watched_models_have_priority_over_evaluations(engine: Engine, team: Team) -> None:
    """The operating system's priorities ensure it: on an overloaded machine, watched models get CPU time before the
    rest."""
    slow = team.registry.version(policies.endless())
    with engine.view() as viewer:
        viewer.reset(model=team.ppo)
        found: set[int] = set()
        while not any(found):  # it is stopped after a second; the next one is as good
            assert engine.call("POST", f"/evaluations/{slow}")[0] == 202
            found = nicenesses(engine)
        assert 0 in found
        viewer.send_command("start", speed=10)
        steps = viewer.steps()
    engine.call("DELETE", f"/evaluations/{slow}")
    assert steps[-1]["success"]
    assert [step["step"] for step in steps] == list(range(1, len(steps) + 1))


def nicenesses(engine: Engine) -> set[int]:
    """Returns the niceness of the processes that run policies: 0, or more for those that yield to others."""
    found = set[int]()
    for process in engine.children():
        with suppress(psutil.NoSuchProcess):
            found.add(process.nice())
    return found
