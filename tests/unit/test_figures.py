"""The drawn part of a foreign Plotly figure: shapes, bounded, and nothing that sends requests, acts or links."""

import json

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.artifacts.figures import MAX_VALUES, TooManyValues, figure_in_page, figure_of
from services.artifacts.json_facts import facts_of

LINE = {"type": "scatter", "x": [1, 2], "y": [3, 4], "line": {"width": 3}}
HOSTILE = {
    "data": [LINE | {"name": '<a href="javascript:alert(1)">go</a>', "hovertemplate": "<A HREF='//evil'>x"}],
    "layout": {
        "images": [{"source": "https://evil.example/p.png"}],
        "template": {"layout": {"images": [{"source": "https://evil.example/p.png"}]}},
        "updatemenus": [{"buttons": [{"method": "relayout", "args": [{"images": []}]}]}],
        "mapbox": {"style": "https://evil.example/style.json"},
        "annotations": [{"text": "a <a href='https://evil.example' target=_top>b</a> c"}],
        "width": 9e9,
        "title": {"text": "Reward"},
    },
    "frames": [{}],
    "config": {"plotlyServerURL": "https://evil.example"},
}
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


def test_a_plotly_figure_is_read_from_json_and_from_html() -> None:
    drawn = go.Figure(go.Scatter(x=[1, 2, 3], y=[2.5, 1, 0], name="</script> é"), layout={"title": {"text": "Reward"}})
    page = drawn.to_html(include_plotlyjs="cdn")
    for figure in (figure_of(json.loads(drawn.to_json())), figure_in_page(page)):
        assert figure is not None
        assert [one["name"] for one in figure.data] == ["</script> é"]
        assert figure.layout["title"] == {"text": "Reward"}
    # The library itself, in the page, has calls of that name that draw nothing.
    assert figure_in_page("Plotly.newPlot(a,b); Plotly.newPlot(" + page.split("Plotly.newPlot(", 1)[1]) is not None
    assert figure_in_page("<p>Plotly.newPlot(") is None


def test_parts_of_a_figure_that_request_act_or_link_are_left_out() -> None:
    figure = figure_of(HOSTILE)
    assert figure is not None
    text = json.dumps([figure.data, figure.layout])
    assert "evil" not in text
    assert "javascript" not in text
    assert figure.data[0]["line"] == {"width": 3}
    assert figure.layout == {
        "template": {"layout": {}},
        "annotations": [{"text": "a b c"}],
        "title": {"text": "Reward"},
    }


def test_trace_types_that_the_page_cannot_draw_are_named() -> None:
    figure = figure_of({"data": [LINE, {"type": "heatmap", "z": [[1]]}, {"type": "scattergl", "x": [1], "y": [1]}]})
    assert figure is not None
    assert (figure.left_out, figure.traces) == (["heatmap"], 3)
    assert [one["type"] for one in figure.data] == ["scatter", "scatter"]


@pytest.mark.parametrize(
    "trace",
    [
        {"y": list(range(MAX_VALUES))},
        {"y": {"dtype": "f8", "bdata": "A" * (MAX_VALUES * 11)}},
        {"y": [], "meta": json.loads("[" * 40 + "]" * 40)},
    ],
    ids=["a list", "packed", "deep"],
)
def test_a_figure_that_is_too_large_for_a_page_is_refused(trace: dict[str, object]) -> None:
    with pytest.raises(TooManyValues):
        figure_of({"data": [{"type": "scatter", **trace}]})
    assert facts_of({"data": [{"type": "scatter", **trace}]}) == {"too_many": MAX_VALUES}


def test_the_shape_of_packed_numbers_is_removed() -> None:
    packed = {"dtype": "f8", "bdata": "AAAAAAAA8D8=", "shape": "1000000, 1000000"}
    figure = figure_of({"data": [{"type": "bar", "y": packed, "x": {"dtype": "zz", "bdata": ""}}]})
    assert figure is not None
    assert (figure.data[0]["y"], figure.data[0]["x"]) == ({"dtype": "f8", "bdata": "AAAAAAAA8D8="}, None)


@given(json_values)
def test_any_json_is_a_figure_or_none_without_an_error(value: object) -> None:
    for one in (value, {"data": value}, {"data": [value, LINE], "layout": value}, {"columns": value, "data": value}):
        json.dumps(facts_of(one), allow_nan=False)
