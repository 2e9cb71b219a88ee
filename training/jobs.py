"""The description of one training: what to learn, which run to write to, and where its files go."""

from functools import cached_property
from pathlib import Path
from typing import Final, cast

from pydantic import BaseModel, ConfigDict, Field

from domain.inference.evaluation import EVALUATION_EPISODES
from domain.inference.maze import Maze, generate_maze
from domain.trainings.built_in import BuiltInRequest
from domain.trainings.environments import presets as environment_presets
from domain.trainings.environments.requests import EnvironmentRequest
from domain.trainings.hyperparameters.declaring import OWN_VALUES
from domain.trainings.maze.presets import PRESETS
from domain.trainings.maze.requests import REQUESTS, Algorithm, DqnRequest, PpoRequest
from training.models.registration import model_name_of

DEFAULT_SETTING: Final = "default"
SUCCESS_WINDOW: Final = 100


class StoredCheckpoint(BaseModel):
    """A checkpoint of a run in MLflow: its artifact `checkpoints/<number>`."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    number: int = Field(ge=0)


class TrainingJob(BaseModel):
    """A training; `run_id` if its run exists already, `folder` if files may be kept.

    It continues from `checkpoint`, or from `stored`, which has to be downloaded first.
    """

    model_config = ConfigDict(frozen=True)

    request: BuiltInRequest
    experiment: str = Field("", description="MLflow experiment; without it, one per environment and algorithm")
    register_model: bool = Field(True, description="whether the model becomes a version of the registered model")
    device: str = Field("cpu", pattern="^(cpu|cuda|auto)$", description="cpu, cuda, or auto: a GPU if there is one")
    run_id: str | None = None
    folder: Path | None = None
    checkpoint: Path | None = None
    environments_file: Path | None = Field(
        None, description="ENVIRONMENTS_FILE: what the operator says of environments"
    )
    stored: StoredCheckpoint | None = None

    @cached_property
    def maze(self) -> Maze | None:
        """The maze in which the agent learns; None for other environments."""
        request = self.request
        return (
            generate_maze(request.maze_size, request.maze_seed)
            if isinstance(request, PpoRequest | DqnRequest)
            else None
        )

    @property
    def env_id(self) -> str:
        """The environment's id."""
        return self.request.env_id if isinstance(self.request, EnvironmentRequest) else cast(Maze, self.maze).env_id

    @property
    def episodes(self) -> int | None:
        """The length in episodes; None if it is in steps."""
        return None if self.steps is not None else self.request.episodes

    @property
    def steps(self) -> int | None:
        """The length in steps; None if it is in episodes."""
        request = self.request
        return request.steps if isinstance(request, EnvironmentRequest) and request.until == "steps" else None

    @property
    def setting(self) -> str:
        """The name of the preset of its hyperparameters."""
        return setting_of(self.request)

    @property
    def experiment_name(self) -> str:
        """The experiment the run goes to."""
        where = self.env_id if self.maze is None else f"maze-{self.maze.size}x{self.maze.size}"
        return self.experiment or f"{where}-{self.request.algorithm.lower()}"

    @property
    def run_name(self) -> str:
        """The run's displayed name."""
        return f"{self.request.algorithm.lower()}-{self.setting}-seed{self.request.seed}"

    @property
    def params(self) -> dict[str, object]:
        """The parameters for MLflow; the windows show over how many episodes rates are taken."""
        request = self.request
        return {
            "algorithm": request.algorithm,
            "env_id": self.env_id,
            "seed": request.seed,
            **_length_of(request),
            "setting": self.setting,
            **request.hyperparameters,
            "success_window": SUCCESS_WINDOW,
            "eval_episodes": EVALUATION_EPISODES,
        }


def model_name(job: TrainingJob, of_maze: str) -> str:
    """Returns the registered model for the policy: the maze's, else one for each environment."""
    return of_maze if job.maze is not None else model_name_of(job.env_id)


def preset(algorithm: Algorithm, setting: str) -> PpoRequest | DqnRequest:
    """Returns a request with the hyperparameters of this preset; raises KeyError if there is none."""
    return REQUESTS[algorithm].model_validate({"algorithm": algorithm, **PRESETS[algorithm][setting]})


def setting_of(request: BuiltInRequest) -> str:
    """Returns the preset whose hyperparameters a request has, else OWN_VALUES."""
    if isinstance(request, EnvironmentRequest):
        return environment_presets.setting_of(request)
    names = (
        name
        for name in PRESETS[request.algorithm]
        if preset(request.algorithm, name).hyperparameters == request.hyperparameters
    )
    return next(names, OWN_VALUES)


def _length_of(request: BuiltInRequest) -> dict[str, object]:
    """Returns the length of the training, and the size of the maze."""
    if isinstance(request, EnvironmentRequest):
        return {request.until: getattr(request, request.until)}
    return {name: getattr(request, name) for name in ("maze_seed", "episodes", "steps_per_episode")}
