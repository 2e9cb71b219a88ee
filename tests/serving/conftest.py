"""One sample server for the tests of a file."""

from collections.abc import Iterator

import pytest

from tests.serving.sample_server import sample_server


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Returns the port of a sample app with four threads."""
    with sample_server(tmp_path_factory.mktemp("sample")) as port:
        yield port
