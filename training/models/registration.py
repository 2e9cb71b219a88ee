"""What a registered model's file is called."""

from typing import Final

MODEL_FOLDER: Final = "model"
ONNX_FILE: Final = "policy.onnx"
ONNX_TAG: Final = "onnx_file"
