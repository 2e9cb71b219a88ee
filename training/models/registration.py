"""The names of a registered model and its file."""

import re
from typing import Final

MODEL_FOLDER: Final = "model"
VIDEOS_FOLDER: Final = "videos"
ONNX_FILE: Final = "policy.onnx"
ONNX_TAG: Final = "onnx_file"


def model_name_of(env_id: str) -> str:
    """Returns the registered model for policies of an environment.

    CartPole-v1's is `cartpole`, ALE/Pong-v5's `ale-pong`.
    """
    return re.sub(r"-v\d+$", "", env_id).replace("/", "-").lower()
