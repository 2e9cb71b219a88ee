"""Pictures and videos of the compared runs, side by side; assets/artifact_media.js fills it once it is opened."""

import json

from dash import html

from components import ids
from components.texts.language import _


def media_section(*, of_one: bool = False) -> html.Details:
    """Returns the folded section: for a comparison below its charts, for one run (`of_one`) below its files.

    A page has at most one.
    """
    shown = texts() | (texts_of_one() if of_one else {})
    return html.Details(
        [
            html.Summary(_("Pictures and videos by step") if of_one else _("Pictures and videos side by side")),
            html.Div(id=ids.COMPARE_MEDIA_PLACE, **{"data-texts": json.dumps(shown)}),
        ],
        id=ids.COMPARE_MEDIA,
        className="compare-media relations-part",
    )


def texts_of_one() -> dict[str, str]:
    """Returns the texts that differ where there is only one run and nothing to compare."""
    return {
        "none_fit": _("No picture or video of this run fits this pattern."),
        "none": _("This run has no pictures or videos that are named by step, such as videos/eval_step_1000.mp4."),
        "key": "{key}",
    }


def texts() -> dict[str, str]:
    """Returns labels and sentences; the browser fills in `{…}`."""
    return {
        "reading": _("Reading…"),
        "no_answer": _("Clew does not answer."),
        "none": _(
            "None of these runs has pictures or videos that are named by step, such as videos/eval_step_1000.mp4."
        ),
        "first_nine": _("The first {n} of {all} runs are shown."),
        "is_cut": _("Not all folders were searched."),
        "pattern": _("Pattern of names"),
        "pattern_help": _(
            "For files that are named differently: {key} is what the file shows, {step} its step, * anything, such as"
            " rollouts/{key}-at-{step}.mp4; or a regular expression with a group step."
        ),
        "show": _("Show"),
        "none_fit": _("No picture or video of these runs fits this pattern."),
        "what": _("What is shown"),
        "key": _("{key} ({n} of {all} runs)"),
        "step": _("Step"),
        "step_of": _("Step {n}"),
        "no_step": _("without a step"),
        "earlier": _("Previous step"),
        "later": _("Next step"),
        "play": _("Play"),
        "pause": _("Pause"),
        "begin": _("From the beginning"),
        "back": _("Previous frame"),
        "on": _("Next frame"),
        "loop": _("Loop"),
        "speed": _("Speed"),
        "lacks": _("Nothing at step {step}; the nearest is {nearest}."),
        "lacks_all": _("This run has none of these."),
        "show_nearest": _("Show step {nearest}"),
        "media_of": _("{key} of {run}, {step}"),
        "not_played": _("Your browser cannot show this file: it is damaged, or not what its name says. Download it."),
        "download": _("Download"),
    }
