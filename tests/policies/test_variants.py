"""Outside the training's distribution: the variants that the operator's file names."""

from contextlib import closing
from pathlib import Path
from typing import Any

from environments.known import KnownEnvironments
from inference.clew_models import ClewModel
from inference.measuring.returns_of_model import measure_returns

FILE = Path(__file__).parent / "files" / "frozen_lake_ppo.onnx"
ENVIRONMENTS = """
[[environments]]
id = "FrozenLake-v1"
kwargs = { is_slippery = false }
variants = { slippery = { is_slippery = true } }
"""


def test_a_model_is_measured_as_trained_and_in_each_variant(tmp_path: Path) -> None:
    (tmp_path / "environments.toml").write_text(ENVIRONMENTS)
    progress: list[dict[str, Any]] = []
    with closing(KnownEnvironments.read(tmp_path / "environments.toml")) as known:
        model = ClewModel(id="1", env_id="FrozenLake-v1")
        found = measure_returns(model, FILE.read_bytes(), known, lambda: None, lambda **update: progress.append(update))
    trained, slippery = found
    assert (trained.variant, slippery.variant) == (None, "slippery")
    assert trained.iqm_interval.low == trained.iqm_interval.high  # nothing is random there
    assert trained.mean_length != slippery.mean_length
    assert progress[0]["episodes"] == 200
    assert max(update.get("played", 0) for update in progress) == 200
