"""What one training is told to do: what to learn, where its run is, and where its files go."""

from functools import cached_property
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from domain.inference.evaluation import EVALUATION_EPISODES
from domain.inference.maze import Maze, generate_maze
from domain.trainings.maze.presets import OWN_VALUES, PRESETS
from domain.trainings.maze.requests import REQUESTS, Algorithm, DqnRequest, PpoRequest

DEFAULT_SETTING: Final = "default"
SUCCESS_WINDOW: Final = 100


class TrainingJob(BaseModel):
    """A training, wherever it was asked for; `run_id` where its run is there already, `folder` where files may stay."""

    model_config = ConfigDict(frozen=True)

    request: PpoRequest | DqnRequest
    experiment: str = Field("", description="MLflow experiment; without it, one per maze size and algorithm")
    register_model: bool = Field(True, description="whether the model becomes a version of the registered model")
    device: str = Field("cpu", pattern="^(cpu|cuda|auto)$", description="cpu, cuda, or auto: a GPU if there is one")
    run_id: str | None = None
    folder: Path | None = None
    checkpoint: Path | None = None

    @cached_property
    def maze(self) -> Maze:
        """Where the agent learns."""
        return generate_maze(self.request.maze_size, self.request.maze_seed)

    @property
    def setting(self) -> str:
        """The name under which its hyperparameters are known."""
        return setting_of(self.request)

    @property
    def experiment_name(self) -> str:
        """The experiment the run goes to."""
        size = self.request.maze_size
        return self.experiment or f"maze-{size}x{size}-{self.request.algorithm.lower()}"

    @property
    def run_name(self) -> str:
        """The run's name for people."""
        return f"{self.request.algorithm.lower()}-{self.setting}-seed{self.request.seed}"

    @property
    def params(self) -> dict[str, object]:
        """What MLflow keeps as parameters; of the windows it is known how far the rates can be trusted."""
        asked = self.request
        return {
            "algorithm": asked.algorithm,
            "env_id": self.maze.env_id,
            "seed": asked.seed,
            "maze_seed": asked.maze_seed,
            "episodes": asked.episodes,
            "steps_per_episode": asked.steps_per_episode,
            "setting": self.setting,
            **asked.hyperparameters,
            "success_window": SUCCESS_WINDOW,
            "eval_episodes": EVALUATION_EPISODES,
        }


def preset(algorithm: Algorithm, setting: str) -> PpoRequest | DqnRequest:
    """A request with the hyperparameters of this name; raises KeyError where there are none."""
    return REQUESTS[algorithm].model_validate({"algorithm": algorithm, **PRESETS[algorithm][setting]})


def setting_of(request: PpoRequest | DqnRequest) -> str:
    """The preset whose hyperparameters a request has, else OWN_VALUES."""
    names = (
        name
        for name in PRESETS[request.algorithm]
        if preset(request.algorithm, name).hyperparameters == request.hyperparameters
    )
    return next(names, OWN_VALUES)
