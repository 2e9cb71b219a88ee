"""Translated names of Clew's services, for failures."""

from typing import Final

from domain.errors import Name
from domain.messages import Message, template


class ModelServer(Message):
    """The team's own model server."""

    text = template("Model server")


class InferenceEngine(Message):
    """The inference process, as the dashboard names it."""

    text = template("Inference engine")


class TheInferenceEngine(Message):
    """The inference process, as it names itself."""

    text = template("The inference engine")


class GpuMonitor(Message):
    """The GPU monitor of one host."""

    text = template("GPU monitor {name}")
    name: str


class TrainingScheduler(Message):
    """The scheduler process, as the dashboard names it."""

    text = template("Training scheduler")


class TheScheduler(Message):
    """The scheduler process, as it names itself."""

    text = template("The scheduler")


class PolicyCheckProcess(Message):
    """The process in which a policy is checked."""

    text = template("The policy check")


class PolicyProcess(Message):
    """The process in which a policy runs."""

    text = template("The policy's process")


class Environments(Message):
    """The processes in which environments are played."""

    text = template("The environments")


class ClewCache(Message):
    """The files on disk that the workers of one host share."""

    text = template("Clew's cache")


MODEL_SERVER: Name = ModelServer()


INFERENCE_ENGINE: Name = InferenceEngine()


TRAINING_SCHEDULER: Name = TrainingScheduler()


class ArtifactStore(Message):
    """Where files of runs are stored, read at an address that MLflow signed."""

    text = template("Artifact store {origin}")
    origin: str


class GpuMonitors(Message):
    """All GPU monitors together."""

    text = template("GPU monitors")


PROMETHEUS: Final = "Prometheus"
