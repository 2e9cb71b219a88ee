"""The ONNX export answers like the policy, and fails loudly if it does not."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import onnx
import torch

from domain.trainings.maze.presets import PRESETS
from domain.trainings.maze.requests import REQUESTS, Algorithm
from training.agents.build import build_agent
from training.jobs import preset
from training.models.export import ExportMismatch, export_policy, load_policy
from training.models.graph import OPSET

OUTPUTS = {"PPO": "action_probabilities", "DQN": "q_values"}
SETTINGS = [(algorithm, setting) for algorithm, settings in PRESETS.items() for setting in settings]


@pytest.mark.parametrize(("algorithm", "setting"), SETTINGS)
def test_the_exported_policy_chooses_the_same_actions_in_every_setting(
    algorithm: Algorithm, setting: str, tmp_path: Path
) -> None:
    agent = build_agent(preset(algorithm, setting))
    path = export_policy(agent, tmp_path / "policy.onnx")
    observations = np.random.default_rng(9).integers(0, 3, (500, 25)).astype(np.float32)
    with torch.no_grad():
        best = agent.predict(observations, deterministic=True)[0]
    assert np.array_equal(load_policy(path)(observations).argmax(axis=1), best)


@pytest.mark.parametrize("algorithm", REQUESTS)
def test_the_exported_file_fits_the_contract_and_has_no_external_data(algorithm: Algorithm, tmp_path: Path) -> None:
    agent = build_agent(preset(algorithm, "default"))
    model = onnx.load(export_policy(agent, tmp_path / "policy.onnx"), load_external_data=False)
    (given,), (answer,) = model.graph.input, model.graph.output
    assert (given.name, answer.name) == ("observation", OUTPUTS[algorithm])
    assert [dim.dim_param or dim.dim_value for dim in given.type.tensor_type.shape.dim] == ["batch", 25]
    assert [dim.dim_param or dim.dim_value for dim in answer.type.tensor_type.shape.dim] == ["batch", 4]
    assert [opset.version for opset in model.opset_import] == [OPSET]
    assert not any(weight.external_data for weight in model.graph.initializer)
    assert [path.name for path in tmp_path.iterdir()] == ["policy.onnx"]


def test_an_export_that_differs_from_its_policy_is_refused(tmp_path: Path) -> None:
    agent = build_agent(preset("DQN", "default"))
    # A layer's hook changes torch's answers but is no layer that the export could see.
    agent.policy.q_net.register_forward_hook(lambda module, given, answer: answer + 1)
    with pytest.raises(ExportMismatch, match="differs"):
        export_policy(agent, tmp_path / "policy.onnx")
