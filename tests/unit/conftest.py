"""A vocabulary for the length of a test: a process speaks one at a time."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from domain.tracking.vocabulary import DEFAULT, Vocabulary, adopt


@pytest.fixture
def speaking() -> Iterator[Callable[[dict[str, Any]], None]]:
    """Takes what a team's own file says, until the test ends."""
    yield lambda override: adopt(Vocabulary.overridden(override))
    adopt(DEFAULT)
