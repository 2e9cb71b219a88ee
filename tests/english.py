"""Distinguishes English words from what stays the same in every language."""

import re
from collections.abc import Collection
from typing import Final

# Products, formats, units, symbols of the field, literals to be typed; and the name of the other language.
_ALLOWED: Final = """
Clew MLflow GPU GPUs CPU CSV PNG GIF WebP UTF PPO DQN ONNX MIG NVML NVIDIA NVLink PCIe SM ECC IQM UI HTTP HTML JSON URL ID SHA English
MiB GiB KiB MHz kWh ms ppo p50 p95 q_values action_probabilities float32 batch onnxruntime MLmodel external data DCGM Xid
normalization pickle parts EnvSpec Gymnasium CartPole ALE TransformObservation ReshapeObservation Pong SAC gSDE tau VecNormalize Stable Baselines
AMD ROCm Python amd amdgpu amdsmi lib cgi render
sudo modprobe nvidia smi mig lspci dmesg gpu gpus all reset video Container Toolkit Authorization Bearer token Token or Enter Shift
"""
ALLOWED: Final = frozenset(_ALLOWED.split())
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'’]+\d*")
_ADDRESS: Final = re.compile(r"[^\s「」。、（）：]*[/_=][^\s「」。、（）：]*|[\w-]+\.[\w.-]*\w|\b[0-9a-f]{8,}\b")


def english_words(text: str, names: Collection[str] = ()) -> set[str]:
    """Returns the English words of `text`, without `names`, addresses, settings and ids."""
    return set(_WORD.findall(_ADDRESS.sub(" ", text))) - ALLOWED - set(names)
