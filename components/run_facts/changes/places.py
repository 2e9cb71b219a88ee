"""The places that show what changed: on a run's page compared to another run, in a comparison to its first one."""

import json

from dash import html

from components import ids
from components.texts.language import _


def run_changes() -> html.Details:
    """Returns the folded section on a run's page.

    assets/run_changes.js fills it once it is opened, by hand or by the address.
    """
    return html.Details(
        [html.Summary(_("What changed compared with another run")), _place(ids.RUN_CHANGES_PLACE)],
        id=ids.RUN_CHANGES,
        className="changes-part relations-part",
    )


def compare_changes() -> html.Details:
    """Returns the folded section in a comparison."""
    return html.Details(
        [html.Summary(_("What changed between these runs")), _place(ids.COMPARE_CHANGES_PLACE)],
        id=ids.COMPARE_CHANGES,
        className="changes-part relations-part",
    )


def texts() -> dict[str, str]:
    """Returns the texts that the browser adds."""
    return {
        "against": _("Against the run (name or id)"),
        "show": _("Show"),
        "find": _("Find in what changed"),
        "reading": _("Reading…"),
        "no_answer": _("Clew does not answer."),
    }


def _place(place_id: str) -> html.Div:
    return html.Div(id=place_id, **{"data-texts": json.dumps(texts())})
