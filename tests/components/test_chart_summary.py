"""The description of a chart as text."""

from collections.abc import Iterator

import numpy as np
import pytest
from flask import Flask
from flask_babel import Babel

from components.charts.charts import line_chart
from components.charts.sentences.chart_summary import MAX_SENTENCES, chart_summary
from components.charts.traces import Line
from components.colours import LineStyle
from domain.charts.chart_spec import ChartSpec
from domain.charts.curves import Curve, curve

NOTHING = "None of these runs logged this metric."


@pytest.fixture(autouse=True)
def request_in(request: pytest.FixtureRequest) -> Iterator[None]:
    server = Flask("test")
    Babel(server, locale_selector=lambda: "en")
    with server.test_request_context("/"):
        yield


def of(*values: float) -> Curve:
    return curve(np.arange(1, len(values) + 1, dtype=np.float64), np.array(values, np.float64))


def test_each_line_has_its_last_value_its_range_and_its_points() -> None:
    summary = chart_summary("Episode reward", [("a · 1234", [of(-1, 2.5, 0.25)]), ("b", [of(7)])], nothing=NOTHING)
    assert summary == (
        "Episode reward, 2 lines. a · 1234: last 0.25, lowest -1, highest 2.5, points: 3;"
        " b: last 7, lowest 7, highest 7, points: 1."
    )


def test_the_summary_of_a_group_has_the_range_of_its_last_values() -> None:
    summary = chart_summary("Loss", [("PPO (n=2)", [of(3, 1), of(4, 2)])], nothing=NOTHING)
    assert summary == "Loss, 1 line. PPO (n=2): last 1 to 2, lowest 1, highest 4, points: 4."


def test_a_chart_without_points_is_summarised_by_its_reason() -> None:
    assert chart_summary("Loss", [], nothing=NOTHING) == f"Loss: {NOTHING}"
    assert chart_summary("Loss", [("a", [of()]), ("b", [])], nothing=NOTHING) == f"Loss: {NOTHING}"


def test_ten_of_many_lines_are_described_and_the_others_counted() -> None:
    summary = chart_summary("Loss", [(f"run-{n}", [of(n)]) for n in range(300)], nothing=NOTHING)
    assert summary.count("last") == MAX_SENTENCES
    assert summary.startswith("Loss, 300 lines. run-0:")
    assert summary.endswith("and 290 more.")


def test_a_figure_has_its_summary_in_its_layout() -> None:
    line = Line("a", [of(1, 2)], [], LineStyle("#000", "solid"))
    summary = line_chart(ChartSpec.of_word("loss"), [line], nothing=NOTHING)["layout"]["meta"]["summary"]
    assert summary == "Loss, 1 line. a: last 2, lowest 1, highest 2, points: 2."
