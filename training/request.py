"""What one training is asked to do."""

from pydantic import BaseModel, ConfigDict, Field

from domain.inference.maze import DEFAULT_SEED, DEFAULT_SIZE, LARGEST, SMALLEST
from training.hyperparameters import DEFAULT_SETTING, Algorithm


class TrainingRequest(BaseModel):
    """A training as the command line asks for it."""

    model_config = ConfigDict(frozen=True)

    algorithm: Algorithm
    seed: int = Field(0, ge=0, lt=2**32, description="seed of networks, exploration and start cells")
    episodes: int = Field(1000, ge=1, le=1_000_000, description="episodes to train for")
    size: int = Field(DEFAULT_SIZE, ge=SMALLEST, le=LARGEST, description="cells a side of the maze")
    maze_seed: int = Field(DEFAULT_SEED, ge=0, lt=2**32, description="seed of the maze itself")
    setting: str = Field(DEFAULT_SETTING, description="named setting of training/hyperparameters.toml")
    experiment: str = Field("", description="MLflow experiment; without it, one per maze size and algorithm")
    register_model: bool = Field(True, description="whether the model becomes a version of the registered model")
    device: str = Field("cpu", pattern="^(cpu|cuda|auto)$", description="cpu, cuda, or auto: a GPU if there is one")

    @property
    def experiment_name(self) -> str:
        """The experiment the run goes to."""
        return self.experiment or f"maze-{self.size}x{self.size}-{self.algorithm.lower()}"

    @property
    def run_name(self) -> str:
        """The run's name for people."""
        return f"{self.algorithm.lower()}-{self.setting}-seed{self.seed}"

    def params(self, env_id: str) -> dict[str, object]:
        """What MLflow keeps as parameters beside the hyperparameters."""
        return {
            "algorithm": self.algorithm,
            "env_id": env_id,
            "seed": self.seed,
            "maze_seed": self.maze_seed,
            "episodes": self.episodes,
            "setting": self.setting,
        }
