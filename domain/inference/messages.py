"""Messages of `/ws/inference` for a model in the maze, and the engine's reports about evaluations.

The names `position`, `q_values`, `step`, `reward`, `cumulative_reward`, `action`, `done` and `server_ts` of a step are
the socket's contract and do not change.
"""

from enum import StrEnum
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.health import Alive
from domain.inference.evaluation import EVALUATION_EPISODES
from domain.inference.maze import WALL, Maze, Position
from domain.inference.returns import Returns
from domain.message_data import Coded
from domain.registry.measurements import Measured

MEASURING_HEADER: Final = "X-Clew-Measuring"
"""The header of requests for a model that is to be evaluated: Clew then follows the evaluation to its end."""
MAX_TRAIL: Final = 20

Scores = tuple[float, float, float, float]


class MazeView(BaseModel):
    """A maze as a page draws it: `walls` row by row ([y][x]), 1 where there is wall; positions are (x, y)."""

    model_config = ConfigDict(frozen=True)

    size: int
    seed: int
    start: Position
    goal: Position
    walls: list[list[Literal[0, 1]]]
    env_id: str

    @classmethod
    def of(cls, maze: Maze) -> "MazeView":
        """Returns the data a page needs of `maze`; watched episodes start in the upper-left corner."""
        walls: list[list[Literal[0, 1]]] = [[1 if cell == WALL else 0 for cell in row] for row in maze.cells.tolist()]
        return cls(size=maze.size, seed=maze.seed, start=(0, 0), goal=maze.goal, walls=walls, env_id=maze.env_id)


class PastStep(BaseModel):
    """A step of the same episode from an earlier message."""

    model_config = ConfigDict(frozen=True)

    step: int = Field(ge=0)
    position: Position
    q_values: Scores
    cumulative_reward: float


class InferenceStep(BaseModel):
    """The agent's state after a step, and the policy's scores there; step 0 is the start.

    `action` led to `position` (None at the start). `q_values` are the policy's scores at `position`, for up, down, left
    and right; `scores` names their kind. `server_ts` is in Unix ms. `latency_ms` is the time of this step's inference,
    including its wait for others; the percentiles are over the engine's recent ones. `maze` is sent with step 0 only.
    `trail` holds the previous steps, oldest first, since a busy page reads only the newest of several messages. Fields
    with a default are Clew's own, and may be missing in messages of the team's server.
    """

    model_config = ConfigDict(frozen=True)

    position: Position
    q_values: Scores
    step: int = Field(ge=0)
    reward: float
    cumulative_reward: float
    action: int | None = Field(ge=0, le=3)
    done: bool
    server_ts: float
    success: bool | None = Field(None, description="None while the episode lasts")
    running: bool | None = Field(None, description="whether the next step comes by itself")
    scores: Literal["q_values", "action_probabilities"] = "q_values"
    model_id: str | None = None
    is_active: bool | None = Field(None, description="whether it was the active model at the last reset")
    latency_ms: float | None = Field(None, ge=0)
    latency_p50_ms: float | None = Field(None, ge=0)
    latency_p95_ms: float | None = Field(None, ge=0)
    maze: MazeView | None = Field(None, exclude_if=lambda maze: maze is None)
    trail: list[PastStep] = Field([], max_length=MAX_TRAIL)


class InferenceTrouble(Coded):
    """Why the episode does not continue, or a command was refused; and what to do."""

    model_config = ConfigDict(frozen=True)

    error: str
    remedy: str = ""
    remedy_code: str | None = None


class InferenceWaiting(Coded):
    """What the episode waits for, why, and since when; it goes on by itself once that is available.

    It is sent every two seconds while a model or an environment takes long (the code is `not-answered-yet`), so that a
    connection without messages is one that is lost.
    """

    model_config = ConfigDict(frozen=True)

    waiting: str
    waited_s: float = Field(ge=0)


class EngineHealth(Alive):
    """Whether the engine itself works; whether there is a model to watch is not checked."""

    viewers: int
    models: int = Field(description="the number of loaded policies")
    environments: int = Field(description="the number of open environments")
    latency_p50_ms: float | None = Field(description="of the recent inferences; null before the first")
    latency_p95_ms: float | None
    evaluations: int = Field(description="the number of evaluations that run or wait for their turn")


class EvaluationState(StrEnum):
    """The state of an evaluation."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class EvaluationReport(Coded):
    """An evaluation of a model: in the maze it was trained on, and in mazes it never saw.

    For other environments the result is in `returns`.
    """

    model_config = ConfigDict(frozen=True)

    model_id: str
    state: EvaluationState
    played: int = Field(0, ge=0)
    episodes: int = 2 * EVALUATION_EPISODES
    error: str | None = Field(None, description="why it failed; while it runs, what it waits for")
    waited_s: float | None = Field(
        None, ge=0, description="for how long it has waited for its turn, or for a service that is starting"
    )
    maze_size: int | None = None
    maze_seed: int | None = None
    seen: Measured | None = None
    unseen: Measured | None = None
    env_id: str | None = Field(None, description="of a model of any other environment than the maze")
    returns: list[Returns] = Field([], description="in that environment first, then in its variants")
    started_by: str | None = Field(None, description="the user, where a proxy named one")
    cancellable: bool = Field(True, description="whether the caller may cancel it")
