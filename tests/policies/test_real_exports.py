"""Policies that Stable-Baselines3 and sb3-contrib wrote are recognised, and act as the agents themselves do.

tests/policies/sb3_exports.py writes files/.
"""

import json
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from domain.environments.facts import EnvironmentFacts
from domain.environments.spaces import leaves
from domain.errors import PolicyRefused
from domain.errors.policy_checks.signatures import SignatureUnclear
from domain.inference.probe_spaces import Observation
from domain.inference.signatures import Layout, Meaning, Role
from policies.general.checking import check_general_policy
from policies.general.general_policy import GeneralPolicy

FOLDER = Path(__file__).parent / "files"


class Recorded(NamedTuple):
    """Holds a policy file, the facts of its environment, and its agent's actions there."""

    onnx: bytes
    facts: EnvironmentFacts
    observations: list[Observation]
    actions: list[Any]


def recorded(name: str) -> Recorded:
    """Reads an export and its expected actions from files/."""
    description = json.loads((FOLDER / f"{name}.json").read_text())
    spaces = {key: description[key] for key in ("observation_space", "action_space")}
    facts = EnvironmentFacts.model_validate({"env_id": name, **spaces})
    parts = leaves(facts.observation_space)
    observations = [
        {part: np.array(one[part], parts[part].dtype) for part in parts} for one in description["observations"]
    ]
    return Recorded((FOLDER / f"{name}.onnx").read_bytes(), facts, observations, description["actions"])


SIGNATURES = {"cartpole_dqn": "q_values"}
NAMES = sorted(file.stem for file in FOLDER.glob("*.onnx"))


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_passes_the_check_and_chooses_its_agents_actions(name: str) -> None:
    onnx, facts, observations, actions = recorded(name)
    graph = check_general_policy(onnx, facts, SIGNATURES.get(name), played=observations)
    assert graph.signature is not None
    state = None
    with closing(GeneralPolicy.load(onnx, facts, SIGNATURES.get(name))) as policy:
        assert policy.signature == graph.signature
        for observation, action in zip(observations, actions, strict=True):
            answer = policy.infer(observation, state)
            state = answer.state
            np.testing.assert_allclose(answer.action, action, rtol=1e-4, atol=1e-5)


def test_the_signature_states_the_recognised_inputs_and_outputs() -> None:
    def read(name: str) -> Any:
        onnx, facts, *_rest = recorded(name)
        with closing(GeneralPolicy.load(onnx, facts, SIGNATURES.get(name))) as policy:
            return policy.signature

    cartpole, pictures, lstm = read("cartpole_ppo"), read("minigrid_cnn"), read("cartpole_lstm_unnamed")
    assert [output.meaning for output in cartpole.outputs] == [Meaning.ACTIONS, Meaning.VALUES, Meaning.LOG_PROB]
    assert (pictures.inputs[0].layout, pictures.inputs[0].scale) == (Layout.CHANNELS_FIRST, 1.0)
    assert [one.role for one in lstm.inputs] == [Role.OBSERVATION, Role.STATE, Role.STATE, Role.EPISODE_START]
    assert [pair.input for pair in lstm.state] == ["hidden_in", "cell_in"]
    assert read("pendulum_sac").chooses.meaning is Meaning.SCALED_ACTIONS
    assert {one.part for one in read("parts_ppo").inputs} == {"position", "goal"}


def test_an_ambiguous_signature_is_resolved_by_a_tag() -> None:
    onnx, facts, *_rest = recorded("cartpole_dqn")
    with pytest.raises(SignatureUnclear, match="Q values, probabilities, logits") as unclear:
        check_general_policy(onnx, facts, None)
    choices: Any = unclear.value.choices
    assert json.loads(choices[0]["signature"]) == {"outputs": {"9": "q_values"}}
    assert check_general_policy(onnx, facts, choices[0]["signature"]).signature is not None
    assert check_general_policy(onnx, facts, None, algorithm="DQN").signature is not None
    with pytest.raises(PolicyRefused, match="not probabilities"):
        check_general_policy(onnx, facts, choices[1]["signature"])


def test_a_policy_for_other_spaces_is_refused_naming_both_spaces() -> None:
    with pytest.raises(
        PolicyRefused, match=r"input float32 \[1, 3\], which matches none of the observations of cartpole_ppo"
    ):
        check_general_policy(recorded("pendulum_ppo").onnx, recorded("cartpole_ppo").facts, None)
    spaces = {"action_space": recorded("choices_ppo").facts.action_space}
    onnx, facts, *_rest = recorded("cartpole_ppo")
    with pytest.raises(
        PolicyRefused, match=r"which does not select among the actions of cartpole_ppo: MultiDiscrete\(2, 4\)"
    ):
        check_general_policy(onnx, facts.model_copy(update=spaces), None)
