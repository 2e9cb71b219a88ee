"""Which policies fit an environment, and the message for those that do not."""

import pytest

from domain.inference.maze import MIN_SIZE, generate_maze
from domain.inference.policies import MAX_BYTES, PolicyGraph, TensorShape, contract_for, misfit, oversize

MAZE = "ClewMaze-10x10-v0"
OBSERVATION = TensorShape(name="observation", dtype="float32", shape=("batch", 25))
Q_VALUES = TensorShape(name="q_values", dtype="float32", shape=("batch", 4))


def graph(
    inputs: tuple[TensorShape, ...] = (OBSERVATION,), outputs: tuple[TensorShape, ...] = (Q_VALUES,)
) -> PolicyGraph:
    return PolicyGraph(inputs=inputs, outputs=outputs, size_bytes=1, sha256="0" * 64)


@pytest.mark.parametrize("name", ["q_values", "action_probabilities"])
@pytest.mark.parametrize("batch", ["batch", "N", None])
def test_the_name_of_the_batch_dimension_does_not_matter(name: str, batch: str | None) -> None:
    output = TensorShape(name=name, dtype="float32", shape=(batch, 4))
    assert misfit(graph((OBSERVATION.model_copy(update={"shape": (batch, 25)}),), (output,)), MAZE) is None


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"name": "obs"}, "obs float32 [batch, 25]"),
        ({"dtype": "int64"}, "observation int64 [batch, 25]"),
        ({"shape": ("batch", 26)}, "observation float32 [batch, 26]"),
        ({"shape": ("batch", None)}, "observation float32 [batch, ?]"),
        ({"shape": (1, 25)}, "observation float32 [1, 25]"),
        ({"shape": (25,)}, "observation float32 [25]"),
        ({"shape": ("batch", 5, 5)}, "observation float32 [batch, 5, 5]"),
    ],
)
def test_a_wrong_policy_input_is_named(change: dict[str, object], shown: str) -> None:
    assert str(misfit(graph((OBSERVATION.model_copy(update=change),)), MAZE)) == (
        f"The policy's input is {shown}, but {MAZE} needs exactly one, observation float32 [batch, 25], for a batch of any size."
    )


@pytest.mark.parametrize("outputs", [(), (Q_VALUES, Q_VALUES), (Q_VALUES.model_copy(update={"name": "logits"}),)])
def test_wrong_policy_outputs_are_named(outputs: tuple[TensorShape, ...]) -> None:
    message = str(misfit(graph(outputs=outputs), MAZE))
    assert message is not None
    assert message.startswith(f"The policy's output is {', '.join(map(str, outputs)) or 'missing'}, but")
    assert message.endswith(
        "q_values float32 [batch, 4] or action_probabilities float32 [batch, 4], for a batch of any size."
    )


def test_long_names_in_a_policy_file_are_shortened_in_the_message() -> None:
    odd = OBSERVATION.model_copy(update={"name": "a\n\x1b[31m" + "b" * 10**6, "shape": ("c" * 10**6,)})
    message = str(misfit(graph(tuple(odd for _ in range(5000))), MAZE))
    assert message is not None
    assert len(message) < 600
    assert message.isprintable()
    assert "and 4997 more" in message


@pytest.mark.parametrize(
    "env_id", [None, "", "CartPole-v1", "ClewMaze-10x10-v1", "XClewMaze-10x10-v0", "ClewMaze-10x10-v0\n"]
)
def test_no_policy_fits_an_unknown_environment(env_id: str | None) -> None:
    assert contract_for(env_id) is None
    assert "cannot be checked" in str(misfit(graph(), env_id))


def test_policies_for_mazes_of_any_size_have_the_same_contract() -> None:
    assert all(misfit(graph(), generate_maze(size).env_id) is None for size in (MIN_SIZE, 10, 20))


def test_a_policy_file_is_refused_only_above_the_size_limit() -> None:
    assert oversize(MAX_BYTES) is None
    assert (
        str(oversize(MAX_BYTES + 1))
        == "The policy file has 67,108,865 bytes; at most 64 MiB (67,108,864) are accepted."
    )
