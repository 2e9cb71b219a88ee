"""Colours of runs: derived from the run's id as far as possible, so that a run has the same one in every chart."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from domain.tracking.runs import Run

# Okabe and Ito's palette for colour-blind readers, without black and yellow, which are hard to see on a dark or a
# light page, and with a grey. No other palette is mixed in: its teal and their green cannot be told apart. More runs
# than colours differ by their dashes.
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#808080")
DASHES = ("solid", "dash", "dot")
BASELINE_DASH = "longdash"
# Each of several metrics on one chart has its own dashes; beyond these, marks on the lines distinguish them.
OVERLAY_DASHES = ("solid", "dot", "dash", "dashdot", "longdash")
OVERLAY_SYMBOLS = (None, "circle", "square", "diamond", "triangle-up")


class LineStyle(NamedTuple):
    """How one run's line is drawn, with marks on it where it has a `symbol`."""

    colour: str
    dash: str
    symbol: str | None = None


def line_styles(run_ids: Sequence[str]) -> dict[str, LineStyle]:
    """Returns a style per run: the one derived from its id, else the next free one.

    Styles are unique as long as there are enough.
    """
    slots = [LineStyle(colour, dash) for dash in DASHES for colour in PALETTE]
    taken: set[int] = set()
    styles: dict[str, LineStyle] = {}
    for run_id in dict.fromkeys(run_ids):
        slot = _preferred(run_id)
        if len(taken) == len(slots):
            taken.clear()
        while slot in taken:
            slot = (slot + 1) % len(slots)
        taken.add(slot)
        styles[run_id] = slots[slot]
    return styles


def run_styles(runs: Sequence[Run]) -> dict[str, LineStyle]:
    """Returns the styles of runs; a baseline has dashes of its own."""
    styles = line_styles([run.run_id for run in runs])
    return styles | {run.run_id: styles[run.run_id]._replace(dash=BASELINE_DASH) for run in runs if run.is_baseline}


def overlay_style(style: LineStyle, place: int) -> LineStyle:
    """Returns a run's style for the metric at this position among those on one chart.

    It has the run's colour, and the dashes of the metric.
    """
    symbol = OVERLAY_SYMBOLS[place // len(OVERLAY_DASHES) % len(OVERLAY_SYMBOLS)]
    return LineStyle(style.colour, OVERLAY_DASHES[place % len(OVERLAY_DASHES)], symbol)


def _preferred(run_id: str) -> int:
    """Returns the solid colour that the run's id maps to."""
    return int.from_bytes(hashlib.sha256(run_id.encode()).digest()[:4]) % len(PALETTE)
