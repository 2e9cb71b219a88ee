"""The protocol between a process that runs an environment and its parent.

Messages over a socket, both ways: a byte with the kind, the length (uint32), and as many bytes. The parent sends the
plan first; the process answers with a PHASE before each call that may take long, then GOOD with the facts as JSON, or
TROUBLE. The parent then sends RESET, STEP, EPISODE or RENDER, and gets GOOD, or TROUBLE, after which the process ends.
`n` is the number of copies:

    RESET   n × (copy uint32, seed int64; -1: none)          GOOD: n observations
    STEP    n (uint32), n × copy uint32, n actions           GOOD: n × (reward float64, flags uint8), n observations
    EPISODE seed int64, n uint32, longest side uint32, format uint8, n actions
                                                             GOOD: return float64, the episode as a picture
    RENDER  copy uint32, longest side uint32                 GOOD: width, height uint32, WebP, if it has a picture

Arrays are in the format of environments/arrays.py. TROUBLE is JSON: `kind`, which is "refused", "missing" or
"failed", and `reason`, a message.
"""

import struct
from typing import Final

from pydantic import BaseModel, ConfigDict

from domain.inference.saved_episodes import EpisodeFormat
from domain.message_data import MessageField

GOOD: Final = 0
TROUBLE: Final = 1
PHASE: Final = 2
RESET: Final = 10
STEP: Final = 11
RENDER: Final = 12
EPISODE: Final = 13
HEAD: Final = struct.Struct("=BI")
RESET_ITEM: Final = struct.Struct("=Iq")
PAY: Final = struct.Struct("=dB")
PICTURE: Final = struct.Struct("=II")
REPLAY: Final = struct.Struct("=qIIB")
FORMATS: Final = tuple(EpisodeFormat)
RETURN: Final = struct.Struct("=d")

TERMINATED: Final = 1
TRUNCATED: Final = 2
SUCCESS: Final = 4
REPORTS_SUCCESS: Final = 8

MAX_BYTES: Final = 64 * 2**20
"""The limit of one answer; it determines how many copies are stepped at once."""


class TroubleReport(BaseModel):
    """TROUBLE as it is sent."""

    model_config = ConfigDict(frozen=True)

    kind: str
    reason: MessageField
