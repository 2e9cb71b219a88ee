"""GPU_MONITOR_URLS, and which origins may watch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings.gpu_addresses import GpuMonitorAddress, read_addresses
from sockets.origins import is_allowed, read_origins


def test_a_list_of_monitors_is_read() -> None:
    listed = (
        "trainer-1=http://trainer-1:8001/, b=https://b.example.com|wss://b.example.com/ws/gpu,c=http://c:1|/ws/gpu/c,"
    )
    assert read_addresses(listed) == [
        GpuMonitorAddress("trainer-1", "http://trainer-1:8001"),
        GpuMonitorAddress("b", "https://b.example.com", "wss://b.example.com/ws/gpu"),
        GpuMonitorAddress("c", "http://c:1", "/ws/gpu/c"),
    ]
    assert read_addresses(" ") == []


@pytest.mark.parametrize(
    "entry",
    [
        "http://a:8001",
        "=http://a",
        "a!b=http://a",
        "a/b=http://a",
        "a=ftp://a",
        "a=http://",
        "a=http://a:99999",
        "a=a:8001",
        "a=http://a|",
        "a=http://a|http://b",
        "a=http://a|//a/ws",
        "a=http://a|ws/gpu",
    ],
)
def test_an_invalid_entry_is_reported(entry: str) -> None:
    with pytest.raises(ValueError, match="should") as refused:
        read_addresses(f"fine=http://fine:8001,{entry}")
    assert repr(entry) in str(refused.value)


def test_two_monitors_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="'a' stands for two"):
        read_addresses("a=http://a,a=http://b")


@given(st.text(), st.text())
def test_a_malformed_origin_is_refused_without_an_error(origin: str, host: str) -> None:
    assert is_allowed(origin, host, frozenset()) in (True, False)
    assert not is_allowed(origin, host, read_origins("https://clew.example.com"))
