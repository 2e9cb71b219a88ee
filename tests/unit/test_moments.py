"""The times that a clock can have shown."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.moments import EARLIEST_MS, is_plausible, latest_ms, likely_unit, plausible

NOW = datetime(2026, 11, 29, 8, 30, tzinfo=UTC)
NOW_MS = round(NOW.timestamp() * 1000)
DAY_MS = 86_400_000


@pytest.mark.parametrize(
    "odd",
    [
        *(0, 1, -1, -NOW_MS),
        *(NOW_MS // 1000, NOW_MS * 1000, NOW_MS * 1_000_000),  # seconds, microseconds, nanoseconds
        *(315_532_800_000, 946_684_800_000),  # 1980 and 2000, where unset clocks begin
        *(NOW_MS + 3 * DAY_MS, NOW_MS + 3650 * DAY_MS, 8_640_000_000_000_000, 2**63 - 1, -(2**63)),
    ],
)
def test_impossible_clock_values_are_recognised(odd: int) -> None:
    assert not is_plausible(odd, NOW)


@given(st.integers(round(datetime(2012, 1, 1, tzinfo=UTC).timestamp() * 1000), NOW_MS + DAY_MS))
def test_recent_times_and_those_some_hours_ahead_are_accepted(moment: int) -> None:
    assert is_plausible(moment, NOW)
    assert not is_plausible(moment // 1000, NOW)
    assert likely_unit(moment // 1000, NOW) == "s"
    assert likely_unit(moment * 1000, NOW) == "µs"
    assert likely_unit(moment * 1_000_000, NOW) == "ns"


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_an_array_of_times_is_judged_like_single_times(moments: list[int]) -> None:
    many = plausible(np.array(moments, np.int64), latest_ms(NOW))
    assert many.tolist() == [is_plausible(moment, NOW) for moment in moments]


@given(st.datetimes(datetime(2011, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)))
def test_the_latest_possible_time_is_constant_within_a_day(now: datetime) -> None:
    assert latest_ms(now) == latest_ms(now.replace(hour=0, minute=0, second=0, microsecond=0))
    ahead = timedelta(milliseconds=latest_ms(now)) - timedelta(seconds=now.timestamp())
    assert timedelta(days=1) <= ahead <= timedelta(days=2)
    assert latest_ms(now) > EARLIEST_MS


def test_small_numbers_suggest_no_unit_of_time() -> None:
    assert likely_unit(0, NOW) is None
    assert likely_unit(42, NOW) is None
