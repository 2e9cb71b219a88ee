"""What a page was sent of the run list, and whether it has to be sent again."""

from typing import Any

import pytest

from callbacks.runs.listed import ListState


def listed(**changes: Any) -> ListState:
    return ListState.model_validate({"version": "1", "total": 3, "columns": ["name", "lr"], "paged": False} | changes)


@pytest.mark.parametrize(
    ("shown", "has_it"),
    [
        ({}, True),
        ({"columns": ["name", "lr", "seed"], "kinds": {"lr": "numeric"}}, True),
        ({"columns": ["name"]}, False),
        ({"version": "0"}, False),
        ({"total": 2}, False),
        ({"paged": True}, False),
        ({"pending": {"least:loss": 2}}, False),
    ],
    ids=["the same", "more columns", "fewer columns", "older", "fewer runs", "another way", "on its way"],
)
def test_a_page_is_sent_the_list_again_if_values_are_missing_or_pending(shown: dict[str, Any], has_it: bool) -> None:
    assert listed().is_in(listed(**shown)) is has_it
    assert not listed().is_in(None)
