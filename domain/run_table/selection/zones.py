"""Moments as a reader sees them: seconds by the clocks of a time zone."""

import zoneinfo
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Zone = tzinfo
# No zone changes its clocks but at a quarter of an hour.
_QUARTER: Final = 900
Unit = Literal["Y", "M", "D", "h", "m", "s"]
_UNITS: Final[dict[int, Unit]] = {4: "Y", 7: "M", 10: "D", 13: "h", 16: "m", 19: "s"}


def zone_named(name: str) -> Zone:
    """Returns the time zone with this IANA name, as browsers tell it; UTC where there is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return UTC


def local_seconds(ms: NDArray[np.int64], zone: Zone) -> NDArray[np.int64]:
    """Converts Unix ms [n] to whole seconds since 1970 by the clocks of `zone`, where its winter and summer hours
    count.
    """
    seconds = ms // 1000
    if zone is UTC:
        return seconds
    quarters, places = np.unique(seconds // _QUARTER, return_inverse=True)
    offsets = [_offset(int(quarter) * _QUARTER, zone) for quarter in quarters]
    return seconds + np.array(offsets, np.int64)[places]


def _offset(seconds: int, zone: Zone) -> int:
    try:
        offset = datetime.fromtimestamp(seconds, zone).utcoffset()
    except (ValueError, OverflowError, OSError):  # a moment that no calendar has
        return 0
    return 0 if offset is None else int(offset.total_seconds())


def period(moment: str) -> tuple[int, int]:
    """Returns the first and the last second of what begins so, such as "2026-11", by whatever clock it was told."""
    start = np.datetime64(moment.replace(" ", "T"), _UNITS[len(moment)])
    end = (start + 1).astype("datetime64[s]").astype(np.int64)
    return int(start.astype("datetime64[s]").astype(np.int64)), int(end) - 1
