"""Inputs and outputs of each tool's files are recognised; ambiguous ones cause a question, others a refusal."""

import json
from typing import Any

import pytest

from domain.environments.facts import EnvironmentFacts
from domain.environments.spaces import BoxSpace, DictSpace, DiscreteSpace, MultiDiscreteSpace, Space
from domain.errors import PolicyRefused
from domain.errors.policy_checks.signatures import SignatureUnclear
from domain.inference.policies import PolicyGraph, TensorShape
from domain.inference.signature_reading.reading import read_signature
from domain.inference.signatures import Layout, Meaning, PolicySignature, Role

Tensors = dict[str, tuple[Any, ...]]
CARTPOLE = BoxSpace(shape=(4,), dtype="float32")
TWO = DiscreteSpace(n=2)
PICTURE = BoxSpace(shape=(84, 84, 3), dtype="uint8", low=0.0, high=255.0)


def graph(inputs: Tensors, outputs: Tensors, *, scales: bool = False) -> PolicyGraph:
    """Returns a graph with tensors by name: dimensions, then the type if not float32, for outputs also the node
    that computes them."""

    def tensors(given: Tensors) -> tuple[TensorShape, ...]:
        return tuple(
            TensorShape(
                name=name,
                shape=one[0],
                dtype=one[1] if len(one) > 1 else "float32",
                operator=one[2] if len(one) > 2 else None,
            )
            for name, one in given.items()
        )

    return PolicyGraph(inputs=tensors(inputs), outputs=tensors(outputs), size_bytes=1, sha256="", scales_pixels=scales)


def read(
    found: PolicyGraph,
    observation: Space = CARTPOLE,
    action: Space = TWO,
    stated: str | None = None,
    algorithm: str | None = None,
) -> PolicySignature:
    facts = EnvironmentFacts(env_id="Some-v0", observation_space=observation, action_space=action)
    return read_signature(found, facts, stated, algorithm)


def test_a_recurrent_policy_of_rllib_is_recognised() -> None:
    found = read(
        graph(
            {
                "obs": ([None, 4],),
                "state_in_0": ([None, 8],),
                "state_in_1": ([None, 8],),
                "seq_lens": ([None], "int32"),
            },
            {"output": ([None, 2],), "state_out_1": ([None, 8],), "state_out_0": ([None, 8],)},
        ),
        stated="logits",
    )
    assert [one.role for one in found.inputs] == [Role.OBSERVATION, Role.STATE, Role.STATE, Role.SEQUENCE_LENGTH]
    assert [(pair.input, pair.output) for pair in found.state] == [
        ("state_in_0", "state_out_0"),
        ("state_in_1", "state_out_1"),
    ]
    assert (found.chooses.meaning, found.together) == (Meaning.LOGITS, None)


def test_a_policy_of_torchrl_without_batch_dimension_is_recognised() -> None:
    found = read(
        graph(
            {"observation": ([4],), "is_init": ([1], "bool"), "recurrent_state": ([1, 8],)},
            {"action": ([2], "int64"), "next_recurrent_state": ([1, 8],)},
        ),
        action=MultiDiscreteSpace(nvec=(3, 3)),
    )
    assert [one.role for one in found.inputs] == [Role.OBSERVATION, Role.EPISODE_START, Role.STATE]
    assert (found.chooses.meaning, found.together) == (Meaning.ACTIONS, 1)


@pytest.mark.parametrize(
    ("output", "algorithm", "meaning"),
    [
        (([None, 2], "float32", "Softmax"), None, Meaning.PROBABILITIES),
        (([None, 2], "float32", "Gemm"), "QR-DQN", Meaning.Q_VALUES),
        (([None, 2], "float32", "Gemm"), "PPO", Meaning.LOGITS),
        (([None], "int64", "ArgMax"), None, Meaning.ACTIONS),
    ],
)
def test_an_unnamed_output_is_recognised_by_the_node_that_produces_it(
    output: Any, algorithm: str | None, meaning: Meaning
) -> None:
    found = read(graph({"input": ([None, 4],)}, {"42": output}), algorithm=algorithm)
    assert found.chooses.meaning is meaning


def test_continuous_actions_are_recognised_or_asked_about() -> None:
    torque = BoxSpace(shape=(2,), dtype="float32", low=(-2.0, -2.0), high=(2.0, 2.0))
    unit = BoxSpace(shape=(2,), dtype="float32", low=(-1.0, -1.0), high=(1.0, 1.0))
    plain = graph({"x": ([1, 4],)}, {"y": ([1, 2],)})
    with pytest.raises(SignatureUnclear, match="the action itself, the action from -1 to 1"):
        read(plain, action=torque)
    assert read(plain, action=unit).chooses.meaning is Meaning.ACTIONS
    squashed = graph({"x": ([1, 4],)}, {"y": ([1, 2], "float32", "Tanh")})
    assert read(squashed, action=torque).chooses.meaning is Meaning.SCALED_ACTIONS
    both = graph({"x": ([1, 4],)}, {"y": ([1, 4],), "v": ([1, 1],)})
    found = read(both, action=torque)
    assert (found.chooses.meaning, found.values and found.values.name) == (Meaning.MEAN_AND_SPREAD, "v")


def test_the_scale_of_float_images_is_asked_about_unless_the_file_divides_them() -> None:
    tensors: Tensors = {"input": (["batch", 3, 84, 84],)}
    outputs: Tensors = {"q_values": (["batch", 2],)}
    assert read(graph(tensors, outputs, scales=True), PICTURE).inputs[0].layout is Layout.CHANNELS_FIRST
    with pytest.raises(SignatureUnclear, match="pixels from 0 to 255, pixels from 0 to 1") as unclear:
        read(graph(tensors, outputs), PICTURE)
    choices: Any = unclear.value.choices
    assert read(graph(tensors, outputs), PICTURE, stated=choices[1]["signature"]).inputs[0].scale == 1 / 255


def test_observations_of_several_parts_are_matched_to_inputs() -> None:
    parts = DictSpace(spaces={"arm": CARTPOLE, "goal": DiscreteSpace(n=3)})
    one_row = read(graph({"obs": ([None, 7],)}, {"actions": ([None], "int64")}), parts)
    assert (one_row.inputs[0].part, one_row.inputs[0].layout) == ("*", Layout.FLAT)
    by_name = read(graph({"obs_goal": ([None, 3],), "obs_arm": ([None, 4],)}, {"logits": ([None, 2],)}), parts)
    assert [(one.part, one.layout) for one in by_name.inputs] == [("goal", Layout.ONE_HOT), ("arm", Layout.AS_GIVEN)]
    twins = DictSpace(spaces={"left": CARTPOLE, "right": CARTPOLE})
    eyes = graph({"a": ([None, 4],), "b": ([None, 4],)}, {"logits": ([None, 2],)})
    with pytest.raises(SignatureUnclear, match="the part left, the part right"):
        read(eyes, twins)
    assert [one.part for one in read(eyes, twins, stated='{"inputs": {"a": "left", "b": "right"}}').inputs] == [
        "left",
        "right",
    ]


SPOILED = [
    ('{"outputs": {"nothing": "logits"}}', "names nothing, but the policy has only y"),
    ('{"outputs": {"y": "wisdom"}}', "is invalid at outputs.y"),
    ('{"inputs": {"x": {"part": "left"}}}', "names the part left, but Some-v0 has only observation"),
    ('{"outputs": {"y": "scaled_actions"}}', "cannot be scaled_actions for Some-v0"),
    ("{", "is invalid at JSON"),
    (json.dumps({"inputs": {"x" * 6000: "left"}}), "more than 5000 characters"),
]


@pytest.mark.parametrize(("stated", "message"), SPOILED)
def test_an_invalid_signature_tag_is_refused_with_the_faulty_place(stated: str, message: str) -> None:
    with pytest.raises(PolicyRefused, match=message):
        read(graph({"x": ([1, 4],)}, {"y": ([1, 2],)}), stated=stated)


def test_an_unusable_signature_is_refused() -> None:
    action = DictSpace(spaces={"move": TWO, "speak": TWO})
    with pytest.raises(PolicyRefused, match="has several parts"):
        read(graph({"x": ([1, 4],)}, {"y": ([1, 2],)}), action=action)
    with pytest.raises(
        PolicyRefused, match="takes the state hidden_in, but none of its outputs returns the next state"
    ):
        read(graph({"x": ([1, 4],), "hidden_in": ([1, 8],)}, {"logits": ([1, 2],)}))
    with pytest.raises(PolicyRefused, match="which is not an array of numbers"):
        read(graph({"x": ([1], "tensor(string)")}, {"logits": ([1, 2],)}))
