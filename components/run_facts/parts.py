"""The parts of a run's page that are fetched after the page is drawn: GPUs, parameters, tags, models, datasets."""

import json
from typing import Any

from dash import html

from components import ids
from components.texts.language import _


def parts() -> html.Div:
    """Draws their places, in the order of the page; assets/run_facts.js fills them, and hides the empty ones."""
    named = {
        "gpus": _("GPUs"),
        "parameters": _("Parameters"),
        "tags": _("Tags"),
        "models": _("Models made from it"),
        "datasets": _("Datasets"),
    }
    places = [_place(part, title) for part, title in named.items()]
    return html.Div(places, id=ids.RUN_PARTS, className="run-parts", **{"data-texts": json.dumps(texts())})


def texts() -> dict[str, str]:
    """Returns the texts that the browser adds; `{…}` is filled in there."""
    return {"find": _("Find in {title}"), "no_answer": _("Clew does not answer.")}


def _place(part: str, title: str) -> html.Section:
    return html.Section(
        [html.H2(title, className="h5 mt-3")],
        id=f"run-{part}",
        className="run-part",
        hidden=True,
        **{"data-part": part, "data-title": title, "aria-label": title},
    )


def nothing(text: str) -> list[Any]:
    """Draws that a part has no entries."""
    return [html.P(text, className="text-body-secondary")]
