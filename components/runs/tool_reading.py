"""As which tool's a run's metrics are interpreted, why, and how its team corrects that."""

from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import html

from components import ids, notices
from components.texts import words
from components.texts.language import _, around
from domain.tools.catalogue import PROFILES
from domain.tools.profile import StepMeaning
from domain.tools.recognition import UNKNOWN, ToolReading
from domain.tools.stated import StatedTool

AS_RECOGNISED: Final = "as-recognised"


def tool_fact(reading: ToolReading, stated: StatedTool | None, reward_step: StepMeaning | None) -> list[Any]:
    """Returns the tool, why it was recognised, and what its steps count."""
    parts = [html.Span(_tool(reading)), html.Small(_why(reading, stated), className="text-body-secondary d-block")]
    if reward_step is not None:
        parts.append(html.Small(_step(reward_step), className="text-body-secondary d-block"))
    return parts


def correction() -> html.Details:
    """Returns the form in which a team states the tool of this experiment.

    It stays as it is when the facts are refreshed.
    """
    choice = dbc.Select(
        id=ids.RUN_TOOL_CHOICE,
        options=_options(),
        value=AS_RECOGNISED,
        size="sm",
        class_name="w-auto",
    )
    button = dbc.Button(_("Use this reading"), id=ids.RUN_TOOL_STATE, size="sm", color="secondary", outline=True)
    return html.Details(
        [
            html.Summary(_("Change how this experiment is read")),
            html.P(
                _("Applies to all runs of this experiment, for everyone who uses this MLflow."),
                className="text-body-secondary small mb-1",
            ),
            html.Div(
                [html.Label(_("Read as"), htmlFor=ids.RUN_TOOL_CHOICE), choice, button],
                className="d-flex flex-wrap align-items-center gap-2",
            ),
            html.Div(id=ids.RUN_TOOL_OUTCOME, role="status", className="mt-1"),
        ],
        className="tool-correction mb-2",
    )


def outcome(tool: str, experiment: str) -> str:
    """Returns the message that the correction was saved."""
    if tool == AS_RECOGNISED:
        return _("The tool of the runs of “%(experiment)s” is recognised automatically again.", experiment=experiment)
    if tool == UNKNOWN:
        return _("The runs of “%(experiment)s” are read as runs of no known tool.", experiment=experiment)
    return _("The runs of “%(experiment)s” are read as %(tool)s.", experiment=experiment, tool=PROFILES[tool].name)


def _options() -> list[dict[str, str]]:
    tools = sorted(PROFILES.values(), key=lambda one: one.name.casefold())
    return [
        {"label": _("as Clew recognises them"), "value": AS_RECOGNISED},
        *({"label": one.name, "value": one.id} for one in tools),
        {"label": _("none of these"), "value": UNKNOWN},
    ]


def _tool(reading: ToolReading) -> str:
    if reading.profile is not None:
        return reading.profile.name
    return _("unclear") if reading.because == "several" else _("no known tool")


def _why(reading: ToolReading, stated: StatedTool | None) -> list[Any]:
    match reading.because:
        case "team":
            return _stated_by(stated)
        case "run":
            return [_("stated by the run itself")]
        case "signs":
            return _by_signs(reading.signs)
        case "several":
            tools = ", ".join(reading.rivals)
            return [_("What it logged fits %(tools)s equally: the names that all tools share are used.", tools=tools)]
        case _:
            return [_("Nothing it logged belongs to one tool only: the names that all tools share are used.")]


def _stated_by(stated: StatedTool | None) -> list[Any]:
    if stated is None or stated.at is None:
        return [_("set by the team for this experiment")]
    moment = notices.moment(words.unix_ms(stated.at))
    if stated.by is None:
        return around(_("set by the team for this experiment, {moment}"), moment=moment)
    return around(_("set by {person} for this experiment, {moment}"), person=stated.by, moment=moment)


def _by_signs(signs: tuple[str, ...]) -> list[Any]:
    first = html.Code(signs[0], className="key")
    more = [" ", html.Span(_("and %(n)s more", n=len(signs) - 1), title=", ".join(signs[1:]))] if signs[1:] else []
    return [_("known by"), " ", first, *more]


def _step(meaning: StepMeaning) -> str:
    return {
        "env_steps": _("a step is a step of the environment"),
        "episodes": _("a step is an episode"),
        "iterations": _("a step is an iteration"),
        "updates": _("a step is an update of the model"),
        "vector_steps": _("a step is one of all parallel environments together"),
        "eval_episodes": _("a step is an episode of the evaluation"),
        "seconds": _("a step is a second"),
    }[meaning]
