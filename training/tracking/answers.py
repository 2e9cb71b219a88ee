"""The parts of MLflow's answers that a training reads."""

from pydantic import BaseModel


class Experiment(BaseModel):
    """An experiment in MLflow's answer."""

    experiment_id: str
    lifecycle_stage: str = "active"


class _Metric(BaseModel):
    key: str
    step: int = 0


class _Tag(BaseModel):
    key: str
    value: str = ""


class _Info(BaseModel):
    run_id: str
    artifact_uri: str = ""


class _Data(BaseModel):
    metrics: list[_Metric] = []


class RunResponse(BaseModel):
    """What a training needs to know about its run."""

    info: _Info
    data: _Data = _Data()

    @property
    def newest_steps(self) -> dict[str, int]:
        """The step of the last number in MLflow, by metric."""
        return {metric.key: metric.step for metric in self.data.metrics}


class OneRun(BaseModel):
    """A run."""

    run: RunResponse


class FoundExperiment(BaseModel):
    """An experiment found by its name."""

    experiment: Experiment


class Version(BaseModel):
    """A version of a registered model."""

    version: int | str
    tags: list[_Tag] = []


class File(BaseModel):
    """A file or folder of a run's artifacts."""

    path: str
    is_dir: bool = False


class Files(BaseModel):
    """The files of a folder."""

    files: list[File] = []


class OneVersion(BaseModel):
    """A newly created version."""

    model_version: Version


class Versions(BaseModel):
    """The result of a search for versions."""

    model_versions: list[Version] = []
