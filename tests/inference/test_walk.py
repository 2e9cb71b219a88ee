"""A model walks the maze for its viewer: the messages sent, and the effect of commands."""

import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from domain.inference.evaluation import Policy
from domain.inference.maze import generate_maze, observe, step
from domain.inference.messages import InferenceStep
from tests.inference.conftest import DQN, PPO, SMALL, Team
from tests.inference.engine import Engine, Viewer


@pytest.mark.parametrize(("kind", "file", "size"), [("ppo", PPO, 10), ("dqn", DQN, 5)])
def test_a_trained_policy_reaches_the_goal_by_the_mazes_rules(
    viewer: Viewer, team: Team, load_policy: Callable[[Path], Policy], kind: str, file: Path, size: int
) -> None:
    first = viewer.reset(model=getattr(team, kind))
    viewer.send_command("start", speed=10)
    received = [InferenceStep.model_validate(one) for one in [first, *viewer.steps()]]
    maze, policy, total = generate_maze(size), load_policy(file), 0.0
    assert received[0].position == (0, 0)
    assert received[0].maze is not None
    assert np.array_equal(np.array(received[0].maze.walls), maze.cells == 1)
    assert (received[0].maze.goal, received[0].maze.env_id) == (maze.goal, maze.env_id)
    for before, after in pairwise(received):
        scores = policy(observe(maze, before.position)[None])[0]
        assert before.q_values == pytest.approx(scores.tolist(), abs=1e-6)
        outcome = step(maze, before.position, int(np.argmax(scores)), before.step)
        total += outcome.reward
        assert (after.position, after.reward, after.action) == (
            outcome.position,
            outcome.reward,
            int(np.argmax(scores)),
        )
        assert after.cumulative_reward == pytest.approx(total)
        assert (after.step, after.maze) == (before.step + 1, None)
        assert (after.done, after.running) == (outcome.terminated, not outcome.terminated)
    assert received[-1].position == maze.goal
    assert received[-1].success is True
    assert [one.success for one in received[:-1]] == [None] * (len(received) - 1)
    assert {one.scores for one in received} == {"q_values" if kind == "dqn" else "action_probabilities"}
    assert {one.is_active for one in received} == {kind == "ppo"}


def test_stop_pauses_the_episode_within_one_step_and_start_continues_it(viewer: Viewer) -> None:
    viewer.reset()
    viewer.send_command("start", speed=2)
    assert [viewer.next()["step"], viewer.next()["step"]] == [1, 2]
    viewer.send_command("stop")
    late = viewer.silence(3)
    assert len(late) <= 1
    viewer.send_command("start")
    assert viewer.next()["step"] == 3 + len(late)


def test_step_takes_one_step_while_paused_and_none_while_running(viewer: Viewer) -> None:
    viewer.reset()
    viewer.send_command("step")
    viewer.send_command("step")
    received = [viewer.next(), viewer.next()]
    assert [(one["step"], one["running"]) for one in received] == [(1, False), (2, False)]
    viewer.send_command("start", speed=1)
    viewer.send_command("step")
    viewer.send_command("stop")
    assert viewer.silence(0.5) == []


def test_reset_goes_back_to_the_start_and_waits(viewer: Viewer) -> None:
    viewer.reset()
    viewer.send_command("start", speed=10)
    assert [viewer.next()["step"], viewer.next()["step"]] == [1, 2]
    viewer.send_command("reset")
    received = viewer.next()
    while received["step"]:  # sent before the reset
        received = viewer.next()
    assert (received["position"], received["cumulative_reward"], received["action"], received["done"]) == (
        [0, 0],
        0,
        None,
        False,
    )
    assert "maze" in received
    assert received["running"] is False
    assert viewer.silence(0.5) == []


def test_start_begins_an_episode_and_after_its_end_another(viewer: Viewer) -> None:
    viewer.send_command("start", speed=10)
    first = viewer.steps()
    viewer.send_command("start")
    again = viewer.next()
    assert (again["step"], again["running"]) == (0, True)
    assert "maze" in again
    assert viewer.next()["step"] == 1
    assert [one["step"] for one in first] == list(range(len(first)))


@pytest.mark.parametrize("speed", [4, 7.5])
def test_steps_are_sent_no_faster_than_the_requested_speed(viewer: Viewer, speed: float) -> None:
    viewer.reset()
    viewer.send_command("start", speed=speed)
    moments = [viewer.next()["server_ts"] for _ in range(8)]
    apart = [later - earlier for earlier, later in pairwise(moments)]
    # If the whole machine pauses for a moment, one step is late and the next one early: the median gives the speed.
    assert 1000 / statistics.median(apart) < speed * 1.15


def test_start_while_running_changes_only_the_speed(viewer: Viewer) -> None:
    viewer.reset(size=20)
    viewer.send_command("start", speed=1)
    viewer.send_command("start", speed=10)
    began = time.monotonic()
    assert [viewer.next()["step"] for _ in range(30)] == list(range(1, 31))
    assert time.monotonic() - began < 20  # at the first speed 30, at the second 3


def test_a_maze_of_another_size_and_seed_can_be_requested(viewer: Viewer) -> None:
    received = viewer.reset(size=20, seed=7)
    assert (received["maze"]["size"], received["maze"]["seed"], received["maze"]["env_id"]) == (
        20,
        7,
        "ClewMaze-20x20-v0",
    )
    assert np.array_equal(np.array(received["maze"]["walls"]), generate_maze(20, 7).cells == 1)


def test_the_maze_is_the_one_that_the_run_trained_on(viewer: Viewer, team: Team) -> None:
    other = team.trained_on(DQN.read_bytes(), SMALL, maze_seed=5)
    received = viewer.reset(model=other)
    assert (received["maze"]["size"], received["maze"]["seed"]) == (5, 5)


def test_a_newly_activated_model_is_used_from_the_next_reset_on(viewer: Viewer, team: Team) -> None:
    assert viewer.reset()["model_id"] == team.ppo
    viewer.send_command("start", speed=10)
    team.activate(team.dqn)
    assert {viewer.next()["model_id"] for _ in range(5)} == {team.ppo}
    viewer.send_command("reset")
    received = viewer.next()
    while received["step"]:
        received = viewer.next()
    assert (received["model_id"], received["is_active"], received["maze"]["size"]) == (team.dqn, True, 5)
    assert viewer.reset(model=team.ppo)["is_active"] is False


def test_latencies_are_part_of_the_messages_and_of_the_health(viewer: Viewer, engine: Engine) -> None:
    received = viewer.reset()
    assert 0 < received["latency_ms"] < 1000
    assert 0 < received["latency_p50_ms"] <= received["latency_p95_ms"]
    health = engine.health()
    assert health["latency_p50_ms"] <= health["latency_p95_ms"]
    assert (health["status"], health["viewers"]) == ("healthy", 1)
    assert health["models"] >= 1


def test_the_policys_process_has_resource_limits_and_no_settings(viewer: Viewer, engine: Engine) -> None:
    viewer.reset()
    for child in engine.children():
        assert "CLEW_URL" not in child.environ()
        assert child.rlimit(7) == (0, 0)  # RLIMIT_NOFILE
        assert child.rlimit(9) == (2 * 2**30, 2 * 2**30)  # RLIMIT_AS
    assert engine.children()
