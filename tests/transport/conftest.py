"""An environment without proxies and without a ~/.netrc, into which a test puts its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.transport.servers import Oracle

PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


@pytest.fixture
def oracle() -> Iterator[Oracle]:
    with Oracle() as server:
        yield server


@pytest.fixture
def other_host() -> Iterator[Oracle]:
    """Runs another host, which answers every request with success."""
    with Oracle() as server:
        yield server
