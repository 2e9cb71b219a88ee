"""Help on the filter boxes under a table's headings."""

from dash import html

from components.texts.language import _
from components.texts.words import MISSING


def filter_hint() -> html.Details:
    """Returns a folded explanation of filtering and sorting; domain/filters defines the grammar."""
    examples = [
        ("ppo (v2)", _("contains “ppo (v2)”, upper or lower case; all characters are literal")),
        ("= PPO", _("is exactly PPO; != PPO is not")),
        ("PPO or DQN", _("contains “PPO” or “DQN”")),
        ('"PPO or DQN"', _("in quotes, operators are plain text")),
        ("> 70", _("more than 70; also >=, <, <=, != and = for numbers")),
        ("60..70", _("from 60 to 70; also for dates")),
        ("2026-11", _("in November 2026")),
        ("> 2026-11-20", _("after 20 November 2026")),
        (f"= {MISSING}", _("value unknown; != – is value known")),
    ]
    return html.Details(
        [
            html.Summary(_("How to filter and sort")),
            html.P(_("Type into the boxes under the headings, and press Enter; the rows shown match all of them.")),
            html.Dl([part for text, meaning in examples for part in (html.Dt(html.Code(text)), html.Dd(meaning))]),
            html.P(_("Click a heading's arrows to sort; a second column sorts within the first.")),
        ],
        className="filter-hint small",
    )
