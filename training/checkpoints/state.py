"""What a checkpoint says of itself, as JSON: counters, mazes, generators of chance."""

from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors.misfits import misfit_of
from domain.errors.records import InvalidArgument
from domain.messages import Text
from domain.trainings.fields import Value
from training.agents.counters import Counters

STATE_FILE: Final = "state.json"
TENSORS_FILE: Final = "tensors.pt"
ARRAYS_FILE: Final = "arrays.npz"
NORMALIZED_PARTS: Final = ("mean", "var", "count")
FILES: Final = (TENSORS_FILE, ARRAYS_FILE, STATE_FILE)


class _State(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MazeState(_State):
    """One maze in the middle of an episode: where the agent is, after which rewards, and what start cells follow."""

    position: tuple[int, int]
    steps: int = Field(ge=0)
    rewards: list[float]
    generator: dict[str, Any]


class AgentState(_State):
    """What an agent counts; the last two are DQN's."""

    steps: int = Field(ge=0)
    episodes: int = Field(ge=0)
    updates: int = Field(ge=0)
    calls: int = 0
    exploration: float = 0.0


class ReplayState(_State):
    """Where the next transition goes in the replay buffer, and whether it has come round."""

    position: int = Field(ge=0)
    is_full: bool


class CheckpointState(_State):
    """All of a checkpoint but its tensors and arrays; `values` are the request's, as the scheduler writes them.

    Of an environment that is no maze only the chance is kept that its next episodes follow, in `generators`: what it is
    in the middle of an episode nobody can read from outside.
    """

    format: Literal[1] = 1
    run_id: str
    values: dict[str, Value]
    counters: Counters
    agent: AgentState
    mazes: list[MazeState] = []
    generators: list[dict[str, Any]] = []
    replay: ReplayState | None = None
    actions_generator: dict[str, Any]
    numpy_position: int
    saved_ms: int = Field(ge=0)

    @property
    def episodes_finished(self) -> int:
        """How many episodes the training had seen."""
        return self.counters.finished


def read_state(folder: Path) -> CheckpointState:
    """Reads what a checkpoint's folder says of itself; raises BadInput."""
    file = folder / STATE_FILE
    try:
        return CheckpointState.model_validate_json(file.read_bytes())
    except OSError as error:
        raise InvalidArgument(Text(f"The checkpoint {file} cannot be read: {error.strerror}.")) from error
    except ValidationError as error:
        field, misfit = misfit_of(error)
        raise InvalidArgument(Text(f"The checkpoint {file} does not fit: {field}: {misfit}.")) from error
