"""The box for the last console lines of a failed run; assets/artifact_console.js fills it."""

import json

from dash import html

from components import ids
from components.texts.language import _


def console_box() -> html.Div:
    """Returns an empty box; it stays empty if no console output of the run is known."""
    return html.Div(id=ids.RUN_CONSOLE, className="run-console", **{"data-texts": json.dumps(texts())})


def texts() -> dict[str, str]:
    """Returns the texts of assets/artifact_console.js; {path} is the log's."""
    return {
        "title": _("The last lines before it failed"),
        "whole": _("The whole log"),
        "from": _("From {path}"),
        "no_answer": _("Clew does not answer."),
    }
