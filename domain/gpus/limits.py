"""Limits of what is reported and drawn of a host's GPUs, and the bounds of plausible measurements."""

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

HISTORY_SAMPLES: Final = 60
SILENT_PERIODS: Final = 3
"""A source that sent nothing for this many periods counts as dead."""

IDLE_SAMPLES: Final = 15
"""A GPU is idle if its last samples, this many, are all below the limit: training uses it in bursts."""
IDLE_BELOW_PERCENT: Final = 5
RESERVED_ABOVE_MIB: Final = 256
"""An idle GPU on which one process holds more than this is not free for others."""

MAX_GPUS: Final = 64
"""The most GPUs drawn of a host; the total is shown."""
MAX_PROCESSES: Final = 100
"""The most processes reported of a GPU, those with the most memory; the number of others is reported."""
MAX_MISFITS: Final = 20
MAX_MESSAGE_CHARACTERS: Final = 8_000_000
"""A longer message is not read; even the first message of 5,000 GPUs, with its history, is shorter."""

# Numbers beyond these are not measurements: drivers report 4294967295, or 2^64 - 1, for unknown values.
_MAX_MIB: Final = 2**30
_MAX_WATTS: Final = 20_000
MAX_MHZ: Final = 20_000
_MAX_KIB_PER_SECOND: Final = 4_000_000_000
MAX_PID: Final = 2**31 - 1
_COLDEST, _HOTTEST = -50, 250
_LONGEST_NAME: Final = 256
_HAIR: Final = 1e-6
MAX_REASONS: Final = 32
LONGEST_TEXT: Final = 4_000


def _bounded(share: Any) -> Any:
    """Returns the bound for a value that exceeds it by rounding, as 100.00000000000001."""
    is_near = isinstance(share, float) and (-_HAIR <= share < 0 or 100 < share <= 100 + _HAIR)
    return min(100.0, max(0.0, share)) if is_near else share


Name = Annotated[str, Field(max_length=_LONGEST_NAME)]
Percent = Annotated[float, Field(ge=0, le=100), BeforeValidator(_bounded)]
Celsius = Annotated[float, Field(ge=_COLDEST, le=_HOTTEST)]
Mib = Annotated[float, Field(ge=0, le=_MAX_MIB)]
Watts = Annotated[float, Field(ge=0, le=_MAX_WATTS)]
KibPerSecond = Annotated[float, Field(ge=0, le=_MAX_KIB_PER_SECOND)]
