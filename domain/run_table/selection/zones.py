"""Converts moments to the local time of a time zone."""

import zoneinfo
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Zone = tzinfo
# No zone changes its clocks except at a quarter of an hour.
_QUARTER: Final = 900
Unit = Literal["Y", "M", "D", "h", "m", "s"]
_UNITS: Final[dict[int, Unit]] = {4: "Y", 7: "M", 10: "D", 13: "h", 16: "m", 19: "s"}


def zone_named(name: str) -> Zone:
    """Returns the time zone with this IANA name, as sent by browsers; UTC if it is unknown."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return UTC


def local_seconds(ms: NDArray[np.int64], zone: Zone) -> NDArray[np.int64]:
    """Converts Unix ms [n] to whole local seconds since 1970 in `zone`, with daylight saving time."""
    seconds = ms // 1000
    if zone is UTC:
        return seconds
    quarters, places = np.unique(seconds // _QUARTER, return_inverse=True)
    offsets = [_offset(int(quarter) * _QUARTER, zone) for quarter in quarters]
    return seconds + np.array(offsets, np.int64)[places]


def _offset(seconds: int, zone: Zone) -> int:
    try:
        offset = datetime.fromtimestamp(seconds, zone).utcoffset()
    except (ValueError, OverflowError, OSError):  # a moment outside of the calendar
        return 0
    return 0 if offset is None else int(offset.total_seconds())


def period(moment: str) -> tuple[int, int]:
    """Returns the first and the last local second of the period with this beginning, such as "2026-11"."""
    start = np.datetime64(moment.replace(" ", "T"), _UNITS[len(moment)])
    end = (start + 1).astype("datetime64[s]").astype(np.int64)
    return int(start.astype("datetime64[s]").astype(np.int64)), int(end) - 1
