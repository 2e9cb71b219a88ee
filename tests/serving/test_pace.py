"""Clients that are cut off as too slow: by windows of time, whatever was sent before."""

import hypothesis.strategies as st
from hypothesis import given

from serving.pace import WINDOW_BYTES, WINDOW_SECONDS, TransferRate

steps = st.lists(st.tuples(st.floats(0.01, 30), st.integers(0, 4 * WINDOW_BYTES)), min_size=1, max_size=40)


@given(steps)
def test_a_client_that_transfers_enough_in_each_window_is_not_cut_off(moves: list[tuple[float, int]]) -> None:
    now, done = 100.0, 0
    pace = TransferRate(now, done)
    for seconds, more in moves:
        now, done = now + min(seconds, WINDOW_SECONDS), done + WINDOW_BYTES + more
        assert not pace.is_too_slow(now, done)


@given(steps, st.floats(0, WINDOW_BYTES / WINDOW_SECONDS * 0.9))
def test_a_client_that_becomes_slow_is_cut_off_within_two_windows(moves: list[tuple[float, int]], rate: float) -> None:
    """Bytes sent earlier do not prolong the time limit."""
    now, done = 100.0, 0
    pace = TransferRate(now, done)
    for seconds, more in moves:
        now, done = now + min(seconds, WINDOW_SECONDS), done + WINDOW_BYTES + more
        pace.is_too_slow(now, done)
    ends, cut = now + 2 * WINDOW_SECONDS + 1, False
    while now < ends and not cut:
        now += 0.5
        done += int(rate * 0.5)
        cut = pace.is_too_slow(now, done)
    assert cut


@given(st.floats(0, WINDOW_SECONDS * 0.99))
def test_within_the_first_window_no_client_is_cut_off(seconds: float) -> None:
    assert not TransferRate(100.0).is_too_slow(100.0 + seconds, 0)
