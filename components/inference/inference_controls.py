"""The controls of the inference page: which models, in which maze, how fast."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from pydantic import BaseModel, ConfigDict, Field

from components import ids
from components.texts.language import _
from components.texts.words import percent
from domain.inference.maze import LARGEST, SMALLEST
from domain.inference.messages import DEFAULT_SPEED, FASTEST, SLOWEST
from domain.registry.models import LONGEST_ID, Model, ModelState

NONE = "*"  # of what can be chosen, nothing in particular; dbc.Select shows no option whose value is empty


class ViewRequest(BaseModel):
    """What the address asks to see; None is the page's own choice."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    model: str | None = Field(None, max_length=LONGEST_ID)
    versus: str | None = Field(None, max_length=LONGEST_ID)
    size: int | None = Field(None, ge=SMALLEST, le=LARGEST)
    seed: int | None = Field(None, ge=0, lt=2**31)
    speed: float = Field(DEFAULT_SPEED, ge=SLOWEST, le=FASTEST)
    play: bool = False


def controls(asked: ViewRequest) -> list[Any]:
    """Which models, in which maze, how fast; and what starts and ends their walk."""
    sizes = {NONE: _("as trained"), **{str(size): f"{size} × {size}" for size in range(SMALLEST, LARGEST + 1)}}
    return [
        html.Div(
            [
                _choice(ids.INFERENCE_MODEL, _("Model"), {asked.model or NONE: asked.model or _("the active one")}),
                _choice(ids.INFERENCE_VERSUS, _("Beside it"), {asked.versus or NONE: asked.versus or _("no other")}),
                _choice(ids.INFERENCE_SIZE, _("Maze size"), sizes, str(asked.size or NONE)),
                _labelled(
                    ids.INFERENCE_SEED,
                    _("Maze seed"),
                    dbc.Input(
                        id=ids.INFERENCE_SEED, type="number", min=0, step=1, value=asked.seed, debounce=True,
                        placeholder=_("as trained"),
                    ),
                ),
            ],
            className="d-flex flex-wrap gap-3 align-items-end mb-2",
        ),
        html.Div(
            [
                html.Div(
                    [
                        dbc.Button(_("Play"), id=ids.INFERENCE_PLAY, color="primary"),
                        dbc.Button(_("Stop"), id=ids.INFERENCE_STOP, color="secondary", outline=True),
                        dbc.Button(_("Reset"), id=ids.INFERENCE_RESET, color="secondary", outline=True),
                    ],
                    className="d-flex gap-2",
                    role="group",
                    **{"aria-label": _("The walk")},
                ),
                _labelled(ids.INFERENCE_SPEED, _("Steps per second"), _speed(asked.speed), "speed"),
            ],
            className="d-flex flex-wrap gap-4 align-items-end mb-3",
        ),
    ]  # fmt: skip


def _speed(speed: float) -> dbc.Input:
    return dbc.Input(
        id=ids.INFERENCE_SPEED, type="range", min=SLOWEST, max=FASTEST, step=1, value=speed, class_name="form-range"
    )


def model_options(models: Sequence[Model], *, none: str) -> list[dict[str, str]]:
    """The models to choose from, and before them what `none` of them is called."""
    present = [model for model in models if model.state is not ModelState.DELETED]
    return [{"label": none, "value": NONE}, *({"label": _described(model), "value": model.id} for model in present)]


def _described(model: Model) -> str:
    known = [_("Model %(id)s", id=model.id), model.algorithm, model.env_id]
    rate = [] if model.success_rate is None else [percent(model.success_rate)]
    active = [_("active")] if model.is_active else []
    return " · ".join([*filter(None, known), *rate, *active])


def _choice(component_id: str, label: str, choices: dict[str, str], value: str | None = None) -> html.Div:
    options = [{"label": text, "value": key} for key, text in choices.items()]
    chosen = next(iter(choices)) if value is None else value
    return _labelled(component_id, label, dbc.Select(id=component_id, options=options, value=chosen))


def _labelled(component_id: str, label: str, control: Any, extra: str = "") -> html.Div:
    return html.Div(
        [dbc.Label(label, html_for=component_id, class_name="small mb-0"), control], className=f"choice {extra}".strip()
    )
