"""The controls of the inference page: which models, in which maze, how fast."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from pydantic import BaseModel, ConfigDict, Field

from components import ids
from components.texts.language import _
from components.texts.words import percent
from domain.inference.commands import DEFAULT_PACE, DEFAULT_SPEED, FASTEST, FASTEST_PACE, SLOWEST, SLOWEST_PACE
from domain.inference.maze import MAX_SIZE, MIN_SIZE
from domain.registry.models import LONGEST_ID, Model, ModelList, ModelState

_PACES = (0.1, 0.25, 0.5, 1, 2, 4)
_HEADING = "heading:"
NONE = "*"  # for "nothing in particular"; dbc.Select shows no option whose value is empty


class WalkOptions(BaseModel):
    """What the address asks to show; None is the page's default."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    model: str | None = Field(None, max_length=LONGEST_ID)
    versus: str | None = Field(None, max_length=LONGEST_ID)
    size: int | None = Field(None, ge=MIN_SIZE, le=MAX_SIZE)
    seed: int | None = Field(None, ge=0, lt=2**31)
    speed: float = Field(DEFAULT_SPEED, ge=SLOWEST, le=FASTEST)
    pace: float = Field(DEFAULT_PACE, ge=SLOWEST_PACE, le=FASTEST_PACE)
    play: bool = False


def controls(request: WalkOptions) -> list[Any]:
    """Returns the pickers of models, maze or seed and speed, and the buttons that start and stop the episode."""
    sizes = {NONE: _("as trained"), **{str(size): f"{size} × {size}" for size in range(MIN_SIZE, MAX_SIZE + 1)}}
    return [
        html.Div(
            [
                _choice(ids.INFERENCE_MODEL, _("Model"), {request.model or NONE: request.model or _("the active one")}),
                _choice(
                    ids.INFERENCE_VERSUS, _("Compare with"), {request.versus or NONE: request.versus or _("no other")}
                ),
                _choice(ids.INFERENCE_SIZE, _("Maze size"), sizes, str(request.size or NONE), "only-maze"),
                _labelled(ids.INFERENCE_SEED, _seed_label(), _seed(request.seed)),
            ],
            className="controls",
        ),
        html.Div(
            [_buttons(), *_speeds(request), _next_seed_switch()],
            className="controls",
        ),
        _keys(),
    ]


def _seed_label() -> list[html.Span]:
    return [html.Span(_("Maze seed"), className="only-maze"), html.Span(_("Seed"), className="only-others")]


def _seed(seed: int | None) -> dbc.Input:
    placeholder = _("as trained")
    return dbc.Input(
        id=ids.INFERENCE_SEED, type="number", min=0, step=1, value=seed, debounce=True, placeholder=placeholder
    )


def _buttons() -> html.Div:
    """Draws the buttons; Step advances one step while the episode is paused."""
    others = {ids.INFERENCE_STOP: _("Stop"), ids.INFERENCE_STEP: _("Step"), ids.INFERENCE_RESET: _("Reset")}
    return html.Div(
        [
            dbc.Button(_("Play"), id=ids.INFERENCE_PLAY, color="primary"),
            *(dbc.Button(text, id=button, color="secondary", outline=True) for button, text in others.items()),
        ],
        className="d-flex gap-2",
        role="group",
        **{"aria-label": _("The walk")},
    )


def _speeds(request: WalkOptions) -> list[html.Div]:
    """Returns the speed pickers: the maze's in steps per second, other environments' in multiples of their own rate."""
    paces = {f"{pace:g}": f"{pace:g}×" for pace in sorted({*_PACES, request.pace})}
    return [
        _labelled(ids.INFERENCE_SPEED, _("Steps per second"), _speed(request.speed), "speed only-maze"),
        _choice(ids.INFERENCE_PACE, _("Speed"), paces, f"{request.pace:g}", "only-others"),
    ]


def _next_seed_switch() -> html.Div:
    switch = dbc.Switch(id=ids.INFERENCE_GOES_ON, label=_("Continue with the next seed"), value=False)
    return html.Div(switch, className="only-others")


def _keys() -> html.Div:
    """Returns the list of keyboard shortcuts, and a switch that turns them off.

    Assets/inference_keys.js handles them.
    """
    keys = {
        (_("Space bar"),): _("play or stop"),
        ("→",): _("one step"),
        ("+", "−"): _("speed"),
        ("R",): _("from the start"),
        ("S",): _("choose the seed"),
    }
    options = [
        html.Span([*(html.Kbd(key, className="me-1") for key in pressed), meaning], className="text-nowrap")
        for pressed, meaning in keys.items()
    ]
    switch = dbc.Switch(id=ids.INFERENCE_KEYS, label=_("Keyboard shortcuts"), value=True, class_name="mb-0")
    return html.Div([switch, *options], className="player-keys small text-body-secondary mb-3")


def _speed(speed: float) -> dbc.Input:
    return dbc.Input(
        id=ids.INFERENCE_SPEED, type="range", min=SLOWEST, max=FASTEST, step=1, value=speed, class_name="form-range"
    )


def model_options(found: ModelList, *, none: str) -> list[dict[str, Any]]:
    """Returns the models to choose from, and first the option labelled `none`.

    Several registered models or environments have a heading each, and each registered model but the first has an
    option for its active version, whose value is `NONE` plus its name.
    """
    groups: dict[tuple[str | None, str | None], list[Model]] = {}
    for model in found.models:
        if model.state is not ModelState.DELETED:
            groups.setdefault((model.name, model.env_id), []).append(model)
    options: list[dict[str, Any]] = [{"label": none, "value": NONE}]
    for number, ((name, env_id), models) in enumerate(groups.items()):
        if len(groups) > 1:
            heading = " · ".join(filter(None, [name, env_id])) or _("other environments")
            options.append({"label": f"── {heading}", "value": f"{_HEADING}{number}", "disabled": True})
        if name in found.names[1:] and not any(one["value"] == f"{NONE}{name}" for one in options):
            options.append({"label": _("%(name)s, the active one", name=name), "value": f"{NONE}{name}"})
        options += [{"label": _described(model), "value": model.id} for model in models]
    return options


def _described(model: Model) -> str:
    known = [_("Model %(id)s", id=model.id), model.algorithm, model.env_id]
    measured = [] if model.success_rate is None else [percent(model.success_rate)]
    active = [_("active")] if model.is_active else []
    return " · ".join([*filter(None, known), *measured, *active])


def _choice(
    component_id: str, label: str, choices: dict[str, str], value: str | None = None, extra: str = ""
) -> html.Div:
    options = [{"label": text, "value": key} for key, text in choices.items()]
    chosen = next(iter(choices)) if value is None else value
    return _labelled(component_id, label, dbc.Select(id=component_id, options=options, value=chosen), extra)


def _labelled(component_id: str, label: Any, control: Any, extra: str = "") -> html.Div:
    return html.Div(
        [dbc.Label(label, html_for=component_id, class_name="small mb-0"), control], className=f"choice {extra}".strip()
    )
