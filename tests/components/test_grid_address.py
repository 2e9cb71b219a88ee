"""The parts of an address that the grid of charts starts from."""

import pytest

from components.chart_grid.grid_address import GridAddress

DAMAGED = ("{bad", "{", "@nope", "@", '{"m":[]}', '{"m":[""]}', '{"m":["a","a"]}', '{"m":["a"],"y":[1,0]}', "x" * 9_000)
SOUND = ["train/loss", "@reward", "constructor", "__proto__", '{"m":["a","b"],"log":true}', "@@nope"]


@pytest.mark.parametrize("damaged", DAMAGED, ids=lambda text: text[:20])
def test_a_damaged_chart_is_left_out_and_reported_and_the_others_stay(damaged: str) -> None:
    found = GridAddress.of({"chart": [SOUND[0], damaged, *SOUND[1:]]})
    assert (found.charts, found.odd) == (SOUND, ["chart"])


def test_if_all_charts_are_damaged_the_default_ones_are_drawn() -> None:
    assert GridAddress.of({"chart": "{bad"}) == GridAddress(None, odd=["chart"])


def test_an_invalid_end_of_the_zoom_is_reported_separately() -> None:
    assert GridAddress.of({"chart": ["{"], "x_from": "nan", "x_to": "2"}).odd == ["x_from", "chart"]
