"""The JSON part of a checkpoint: counters, mazes, random generators."""

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
    """One maze in the middle of an episode.

    The agent's position, the rewards so far, and the generator of start cells.
    """

    position: tuple[int, int]
    steps: int = Field(ge=0)
    rewards: list[float]
    generator: dict[str, Any]


class AgentState(_State):
    """The counters of an agent; the last two are DQN's."""

    steps: int = Field(ge=0)
    episodes: int = Field(ge=0)
    updates: int = Field(ge=0)
    calls: int = 0
    exploration: float = 0.0


class ReplayState(_State):
    """The position of the next transition in the replay buffer, and whether the buffer is full."""

    position: int = Field(ge=0)
    is_full: bool


class CheckpointState(_State):
    """A checkpoint without its tensors and arrays; `values` are the request's, as the scheduler writes them.

    For environments other than the maze only the random state of their next episodes is saved, in `generators`: the
    state within an episode cannot be read from outside.
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
        """How many episodes have been finished."""
        return self.counters.finished


def read_state(folder: Path) -> CheckpointState:
    """Reads the state file in a checkpoint's folder; raises BadInput."""
    file = folder / STATE_FILE
    try:
        return CheckpointState.model_validate_json(file.read_bytes())
    except OSError as error:
        raise InvalidArgument(Text(f"The checkpoint {file} cannot be read: {error.strerror}.")) from error
    except ValidationError as error:
        field, misfit = misfit_of(error)
        raise InvalidArgument(Text(f"The checkpoint {file} does not fit: {field}: {misfit}.")) from error
