"""The history of the GPUs: names of others are shown unchanged, and the reason why there is no line."""

from collections.abc import Iterator

import numpy as np
import pytest
from flask import Flask
from flask_babel import Babel

from components.fleet.fleet_words import nothing_found
from components.fleet.history_figure import history_figure
from domain.fleet.lines import Line
from domain.fleet.queries import FleetQuery
from domain.fleet.series import Measure, Steps
from domain.fleet.usage import Grouping


@pytest.fixture(autouse=True)
def app_context() -> Iterator[None]:
    """Pushes an app context: texts need the language of a request."""
    server = Flask("test")
    Babel(server)
    with server.test_request_context("/"):
        yield


def test_a_name_with_markup_is_drawn_as_it_is() -> None:
    line = Line((("owner", "<a href=x>%{y}$1$"),), np.ones(3))
    (drawn,) = history_figure(FleetQuery(), Steps(0, 60_000, 3), [line])["data"]
    assert drawn["name"] == "&lt;a href=x&gt;&#37;{y}&#36;1&#36;"


def test_an_empty_drawing_states_the_reason() -> None:
    assert "No GPU was recorded" in nothing_found(FleetQuery(), of_gpus=0)
    assert "“eve”" in nothing_found(FleetQuery(q=" eve "), of_gpus=0)
    assert "Power" in nothing_found(FleetQuery(measure=Measure.POWER), of_gpus=2)
    assert "No use of a GPU" in nothing_found(FleetQuery(by=Grouping.RUN), of_gpus=2)
