"""A run's parameters and tags as parts of its page."""

from typing import Final

from dash import html

from components.run_facts.logged_values import Pair, Part, found_text, matching_pairs, more, value_table
from components.run_facts.parts import nothing
from components.texts import words
from components.texts.language import _
from domain.run_changes.marks import CHANGE_TAG, NOTE_TAG
from domain.run_facts.provenance import INTERNAL
from domain.tracking.runs import Run

# Shown elsewhere on the page: the note and the changes.
_ELSEWHERE: Final = (NOTE_TAG, CHANGE_TAG)


def parameters(run: Run, typed: str, most: int) -> Part:
    """Returns the run's parameters sorted by name."""
    if not run.params:
        return Part(nothing(_("This run logged no parameters.")), 0)
    pairs = sorted(run.params.items())
    found = matching_pairs(pairs, typed)
    body = [
        found_text(len(found), len(pairs), typed),
        value_table(found[:most], _("Parameters")),
        more(most, len(found)),
    ]
    return Part(body, len(pairs))


def tags(run: Run, typed: str, most: int) -> Part:
    """Returns the run's tags sorted by name; MLflow's own tags are folded."""
    pairs = sorted(pair for pair in run.tags.items() if not pair[0].startswith(_ELSEWHERE))
    found = matching_pairs(pairs, typed)
    own = [pair for pair in found if not pair[0].startswith(INTERNAL)]
    internal = [pair for pair in found if pair[0].startswith(INTERNAL)]
    body = [
        found_text(len(found), len(pairs), typed),
        value_table(own[:most], _("Tags")) if own else None,
        more(most, len(own)),
        _folded(internal, is_open=bool(typed.strip())) if internal else None,
    ]
    return Part(body, len(pairs))


def _folded(internal: list[Pair], *, is_open: bool) -> html.Details:
    title = _("MLflow's own tags (%(n)s)", n=words.count(len(internal)))
    return html.Details(
        [html.Summary(title), value_table(internal, title)], open=is_open or None, className="internal-tags"
    )
