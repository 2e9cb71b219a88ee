"""The commands that a viewer sends to `/ws/inference`.

The names `command` and `speed`, and the verbs "start", "stop" and "reset", are the socket's contract and do not change.
"""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from domain.inference.maze import MAX_SIZE, MIN_SIZE
from domain.registry.models import LONGEST_ID

SLOWEST: Final = 1.0
FASTEST: Final = 10.0
DEFAULT_SPEED: Final = 4.0
"""Steps of the maze per second."""
SLOWEST_PACE: Final = 0.1
FASTEST_PACE: Final = 4.0
DEFAULT_PACE: Final = 1.0
"""Multiple of the environment's own rate."""
MIN_SIDE: Final = 64
LARGEST_SIDE: Final = 1024
DEFAULT_SIDE: Final = 480
"""Longer side of a frame, in pixels."""
MAX_SAFE: Final = 2**53
"""A browser's numbers are exact below this one."""
_LONGEST_NAME: Final = 256


class Verb(StrEnum):
    """The verbs of a viewer's commands."""

    START = "start"
    STOP = "stop"
    RESET = "reset"
    STEP = "step"
    SEEN = "seen"
    HIDE = "hide"
    SHOW = "show"


class Command(BaseModel):
    """A viewer's message. `speed` is in steps of the maze per second, `pace` a multiple of another environment's own
    rate.

    If absent, each is unchanged, as is `side`, the longer side of frames in pixels. `seen` is the number of the message
    on the screen, and is sent with "seen" only; a viewer that sends it gets frames no faster than it displays them. The
    other fields are for "reset" only: `model` is an id, or None for the active model of the registered model `name`, or
    of the first one. `size` and `seed` define the maze; the default is the maze that the model was trained on, as far
    as known. Other environments have only a `seed`, by default 0.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    command: Annotated[Verb, Field(strict=False)]
    speed: float | None = Field(None, ge=SLOWEST, le=FASTEST, allow_inf_nan=False)
    pace: float | None = Field(None, ge=SLOWEST_PACE, le=FASTEST_PACE, allow_inf_nan=False)
    side: int | None = Field(None, ge=MIN_SIDE, le=LARGEST_SIDE)
    seen: int | None = Field(None, ge=0, lt=MAX_SAFE)
    model: str | None = Field(None, min_length=1, max_length=LONGEST_ID)
    name: str | None = Field(None, min_length=1, max_length=_LONGEST_NAME)
    size: int | None = Field(None, ge=MIN_SIZE, le=MAX_SIZE)
    seed: int | None = Field(None, ge=0, lt=MAX_SAFE)
