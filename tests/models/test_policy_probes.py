"""A policy is probed with more than zeros: one that fails or is inconsistent on real observations is refused."""

import base64
import itertools
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

pytest.importorskip("onnx")

from onnx import helper

from domain.errors import PolicyRefused
from domain.inference.maze import GOAL, draw_start, generate_maze, observe, step
from domain.inference.probe_observations import probe_observations
from domain.messages import Message
from policies.policy_check import check_policy
from policies.probing import Answer, batches, wrong_answers
from tests.models import policies
from tests.models.policies import spoiled, spoiled_by, spoiled_where_all_of, then

MAZE = "ClewMaze-10x10-v0"
PROBES = probe_observations(MAZE)
Scores = NDArray[np.float32]
NOT_WHOLE = spoiled(
    helper.make_node("Floor", ["observation"], ["floor"]),
    helper.make_node("Sub", ["observation", "floor"], ["rest"]),
    helper.make_node("ReduceMax", ["rest"], ["most"], axes=[1], keepdims=1),
    helper.make_node("Greater", ["most", "limit"], ["met"]),
    bad=float("inf"),
    constants=[("limit", np.float32(0.01))],
)


@pytest.mark.parametrize(
    ("onnx", "message"),
    [
        (spoiled_by("Less", 0.5), "not all finite numbers for an observation of zeros"),
        (spoiled_by("Greater", 0.5), "not all finite numbers"),
        (spoiled_by("Greater", 1.5, float("inf")), "not all finite numbers"),
        (spoiled_where_all_of([(12, 0), (11, 1)], float("-inf")), "not all finite numbers"),
        (spoiled_where_all_of([(cell, GOAL) for cell in range(25)]), "at the bounds of its environment"),
        (NOT_WHOLE, "a random observation of its environment"),
        (policies.normalised_by_its_batch(), "depends on the other observations of the batch"),
        (policies.noisy(), "returns a different result each time"),
        (policies.called_probabilities("Identity"), "are not probabilities"),
        (policies.called_probabilities("Sigmoid"), "are not probabilities"),
        (policies.called_probabilities("LogSoftmax", axis=1), "are not probabilities"),
        (policies.called_probabilities("Softmax", axis=0), "are not probabilities"),
    ],
    ids=[
        *("zeros", "anything", "goal", "passage beside a wall", "bound", "between"),
        *("batch norm", "noise", "logits", "sigmoid", "log", "over the batch"),
    ],
)
def test_faults_that_zeros_do_not_reveal_are_found(onnx: bytes, message: str) -> None:
    with pytest.raises(PolicyRefused, match=message) as refused:
        check_policy(onnx, MAZE)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("env_id", ["ClewMaze-5x5-v0", MAZE, "ClewMaze-20x20-v0", "ClewMaze-999x999-v0"])
def test_a_policy_that_fails_for_one_start_alone_is_refused(env_id: str) -> None:
    view = _walk(min(int(env_id.split("x")[1].split("-")[0]), 20))[0]
    if env_id.endswith("999x999-v0"):
        view = _walk(10)[0]
    with pytest.raises(PolicyRefused, match="what an agent sees in a maze"):
        check_policy(spoiled_where_all_of(list(enumerate(view.tolist()))), env_id)


def test_a_policy_that_loops_for_all_but_zeros_is_refused_in_time() -> None:
    began = time.monotonic()
    with pytest.raises(PolicyRefused, match="longer than 10 s of computing"):
        check_policy(policies.busy_when_it_sees(), MAZE)
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    "onnx",
    [
        policies.q_values(),
        policies.action_probabilities(),
        then("Mul", ("nothing", np.float32(0))),
        then("Mul", ("large", np.float32(1e30))),
        then("Mul", ("small", np.float32(1e-30))),
    ],
    ids=["values", "probabilities", "constant", "large", "small"],
)
def test_good_and_constant_policies_pass(onnx: bytes) -> None:
    assert check_policy(onnx, MAZE).size_bytes == len(onnx)


def test_the_probes_are_reproducible_and_in_the_observation_space() -> None:
    for env_id in ("ClewMaze-5x5-v0", MAZE, "ClewMaze-20x20-v0"):
        first, again = probe_observations(env_id), probe_observations(env_id)
        assert np.array_equal(first.observations, again.observations)
        assert list(map(str, first.kinds)) == list(map(str, again.kinds))
        assert (first.observations.min(), first.observations.max()) == (0, GOAL)
        assert not first.observations[0].any()
        assert len(np.unique(first.observations, axis=0)) == len(first.observations)


def test_the_probes_include_every_view_of_a_walk_through_the_first_maze() -> None:
    probed = {row.tobytes() for row in PROBES.observations}
    assert all(view.tobytes() in probed for view in _walk(10))


def test_the_probes_include_every_pair_of_values_of_any_two_cells() -> None:
    has = {(cell, value): PROBES.observations[:, cell] == value for cell in range(25) for value in range(GOAL + 1)}
    pairs = itertools.combinations(has, 2)
    assert [pair for pair in pairs if pair[0][0] != pair[1][0] and not (has[pair[0]] & has[pair[1]]).any()] == []


def _walk(size: int) -> list[NDArray[np.float32]]:
    """Returns the observations of an agent that tries every action in turn, from several starts."""
    maze, seen = generate_maze(size), []
    for start in range(5):
        position = draw_start(maze, start)
        for number in range(40):
            seen.append(observe(maze, position))
            done = step(maze, position, (number * 7 + start) % 4, number)
            if done.terminated:
                break
            position = done.position
    return seen


def verdict_on(policy: Callable[[NDArray[np.float32]], Scores], output: str = "q_values") -> Message | None:
    """Returns the check's verdict on a policy that answers so."""
    given = []
    for begin, count in batches(len(PROBES.kinds)):
        scores = policy(PROBES.observations[begin : begin + count]).astype(np.float32)
        given.append(Answer(shape=list(scores.shape), scores=base64.b64encode(scores.tobytes()).decode()))
    return wrong_answers(given, PROBES, output, 4)


@given(st.integers(0, len(PROBES.kinds) - 1), st.integers(0, 3), st.sampled_from([np.nan, np.inf, -np.inf]))
def test_one_invalid_score_anywhere_is_found_and_its_observation_named(row: int, action: int, bad: float) -> None:
    wanted = PROBES.observations[row]

    def policy(observations: NDArray[np.float32]) -> Scores:
        scores = observations[:, :4] + 1
        scores[(observations == wanted).all(axis=1), action] = bad
        return scores

    assert str(PROBES.kinds[row]) in str(verdict_on(policy))
    assert "not all finite" in str(verdict_on(policy))


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_rounding_differences_are_accepted(shift: float, scale: float) -> None:
    def policy(observations: NDArray[np.float32]) -> Scores:
        """Another order of summation changes the last bits, as a matrix product of another size does."""
        noise = 1 + 1e-6 * len(observations) / 256
        return np.asarray((observations[:, :4] * scale + shift) * noise, np.float32)

    assert verdict_on(policy) is None


@given(st.floats(0.02, 1e6), st.integers(0, 3))
def test_scores_that_depend_on_the_other_observations_are_refused(change: float, action: int) -> None:
    def policy(observations: NDArray[np.float32]) -> Scores:
        scores = np.ones((len(observations), 4), np.float32)
        scores[:, action] += change * (len(observations) > 1)
        return scores

    assert "depends on the other observations" in str(verdict_on(policy))


WHOLES = st.one_of(st.floats(0.5, 0.985), st.floats(0.992, 1.008), st.floats(1.015, 2))


@given(st.lists(st.floats(0.01, 1), min_size=4, max_size=4), WHOLES)
def test_probabilities_add_up_to_one(weights: list[float], whole: float) -> None:
    given = np.array(weights) / sum(weights) * whole

    def policy(observations: NDArray[np.float32]) -> Scores:
        return np.tile(given, (len(observations), 1)).astype(np.float32)

    assert (verdict_on(policy, "action_probabilities") is None) is (abs(whole - 1) < 0.01)
    assert verdict_on(policy) is None


@pytest.mark.parametrize("change", ["missing", "more", "no base64", "short", "long"])
def test_answers_that_do_not_match_the_batches_are_refused(change: str) -> None:
    good = [Answer(shape=[n, 4], scores=base64.b64encode(bytes(16 * n)).decode()) for _, n in batches(5)]
    odd = {
        "missing": good[:-1],
        "more": [*good, good[0]],
        "no base64": [Answer(shape=[1, 4], scores="é"), *good[1:]],
        "short": [Answer(shape=[1, 4], scores=""), *good[1:]],
        "long": [Answer(shape=[1, 4], scores=good[-1].scores), *good[1:]],
    }[change]
    few = PROBES._replace(kinds=PROBES.kinds[:5])
    assert wrong_answers(good, few, "q_values", 4) is None
    try:
        wrong = wrong_answers(odd, few, "q_values", 4)
    except PolicyRefused as refused:
        wrong = refused  # type: ignore[assignment]
    assert wrong is not None
