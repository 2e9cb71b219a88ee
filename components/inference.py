"""The inference page: one or two models in the same maze, and the controls for both. assets/inference_*.js draws."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash_extensions import WebSocket
from pydantic import BaseModel, ConfigDict, Field

from components import ids
from components.colours import PALETTE
from components.language import _
from components.links import model_href
from components.words import MISSING, percent
from domain.inference import DEFAULT_SPEED, FASTEST, SLOWEST, InferenceStep
from domain.maze import LARGEST, SMALLEST
from domain.models import LONGEST_ID, Model, ModelState

SIDES = ("a", "b")
NONE = "*"  # of what can be chosen, nothing in particular; dbc.Select shows no option whose value is empty
_GREY = "rgba(128,128,128,0.25)"


class Wish(BaseModel):
    """What the address asks to see; None is the page's own choice."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    model: str | None = Field(None, max_length=LONGEST_ID)
    versus: str | None = Field(None, max_length=LONGEST_ID)
    size: int | None = Field(None, ge=SMALLEST, le=LARGEST)
    seed: int | None = Field(None, ge=0, lt=2**31)
    speed: float = Field(DEFAULT_SPEED, ge=SLOWEST, le=FASTEST)
    play: bool = False


def controls(wish: Wish) -> list[Any]:
    """Which models, in which maze, how fast; and what starts and ends their walk."""
    sizes = {NONE: _("as trained"), **{str(size): f"{size} × {size}" for size in range(SMALLEST, LARGEST + 1)}}
    return [
        html.Div(
            [
                _choice(ids.INFERENCE_MODEL, _("Model"), {wish.model or NONE: wish.model or _("the active one")}),
                _choice(ids.INFERENCE_VERSUS, _("Beside it"), {wish.versus or NONE: wish.versus or _("no other")}),
                _choice(ids.INFERENCE_SIZE, _("Maze size"), sizes, str(wish.size or NONE)),
                _labelled(
                    ids.INFERENCE_SEED,
                    _("Maze seed"),
                    dbc.Input(
                        id=ids.INFERENCE_SEED, type="number", min=0, step=1, value=wish.seed, debounce=True,
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
                _labelled(ids.INFERENCE_SPEED, _("Steps per second"), _speed(wish.speed), "speed"),
            ],
            className="d-flex flex-wrap gap-4 align-items-end mb-3",
        ),
    ]  # fmt: skip


def _speed(speed: float) -> dbc.Input:
    return dbc.Input(
        id=ids.INFERENCE_SPEED, type="range", min=SLOWEST, max=FASTEST, step=1, value=speed, class_name="form-range"
    )


def side(name: str, *, hidden: bool) -> html.Section:
    """One model's walk: who it is, the maze, the numbers."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2(id=ids.walk("title", name), className="h5 mb-0"),
                    html.Div(
                        dbc.Badge(_("connecting"), id=ids.walk("badge", name), color="secondary"),
                        **{"aria-live": "polite"},
                    ),
                    html.Span(id=ids.walk("since", name), className="small text-body-secondary"),
                ],
                className="d-flex flex-wrap gap-2 align-items-center mb-2",
            ),
            html.Div(
                dbc.Alert(id=ids.walk("trouble", name), color="warning", is_open=False, class_name="py-2"),
                **{"aria-live": "polite"},
            ),
            html.Div(id=ids.walk("board", name), className="maze-board"),
            html.Dl([_fact(part, label) for part, label in _facts().items()], className="facts walk-facts mt-2"),
            WebSocket(id=ids.walk("socket", name)),
        ],
        id=ids.walk("section", name),
        className="walk",
        hidden=hidden,
    )


def _facts() -> dict[str, str]:
    return {
        "step": _("Step"),
        "reward": _("Reward"),
        "action": _("Action"),
        "best": _("Max Q"),
        "cumulative": _("Cumulative reward"),
        "outcome": _("Episode"),
        "latency": _("Inference, p50 / p95"),
        "delay": _("From the engine to the screen, p95"),
    }


def _fact(part: str, label: str) -> html.Div:
    return html.Div([html.Dt(label, **{"data-name": part}), html.Dd(MISSING, **{"data-part": part})])


def chart() -> html.Figure:
    """Cumulative reward over the steps of the episode."""
    return html.Figure(
        dcc.Graph(
            id=ids.INFERENCE_CHART,
            figure={"data": [], "layout": chart_layout()},
            config={"displaylogo": False, "responsive": True, "modeBarButtons": [["toImage"]]},
            className="chart",
            responsive=True,
        ),
        className="chart-frame walk-chart",
        **{"aria-label": _("Cumulative reward")},
    )


def chart_layout() -> dict[str, Any]:
    """The Plotly layout of that chart."""
    axis = {"gridcolor": _GREY, "zerolinecolor": _GREY, "linecolor": _GREY}
    return {
        "title": {"text": _("Cumulative reward"), "x": 0, "xref": "paper", "font": {"size": 15}},
        "xaxis": axis | {"title": {"text": _("Step")}, "rangemode": "tozero"},
        "yaxis": axis | {"title": {"text": _("Cumulative reward")}},
        "margin": {"l": 60, "r": 12, "t": 40, "b": 48},
        "showlegend": False,
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "font": {"family": "system-ui, sans-serif", "color": "#212529"},
        "uirevision": "keep",
    }


def model_options(models: Sequence[Model], *, none: str) -> list[dict[str, str]]:
    """The models to choose from, and before them what `none` of them is called."""
    present = [model for model in models if model.state is not ModelState.DELETED]
    return [{"label": none, "value": NONE}, *({"label": _described(model), "value": model.id} for model in present)]


def _described(model: Model) -> str:
    known = [_("Model %(id)s", id=model.id), model.algorithm, model.env_id]
    rate = [] if model.success_rate is None else [percent(model.success_rate)]
    active = [_("active")] if model.is_active else []
    return " · ".join([*filter(None, known), *rate, *active])


def schema() -> dict[str, Any]:
    """What a step of the engine has to be, as JSON Schema."""
    return InferenceStep.model_json_schema()


def texts() -> dict[str, Any]:
    """What assets/inference_*.js writes, in the reader's language."""
    return {
        "connection": {
            "connecting": _("connecting"),
            "connected": _("connected"),
            "reconnecting": _("reconnecting"),
            "disconnected": _("disconnected"),
        },
        "heard": "",
        "lost": _("for {n} s; the episode is over, and a new one begins when the engine is back"),
        "never": _("for {n} s; is the inference engine running, and can this browser reach {url}?"),
        "actions": [_("up"), _("down"), _("left"), _("right")],
        "best": {"q_values": _("Max Q"), "action_probabilities": _("Highest probability")},
        "model": _("Model {id}"),
        "active": _("active"),
        "tried": _("not active"),
        "walking": _("walking"),
        "waiting": _("stopped"),
        "reached": _("goal reached"),
        "ran_out": _("steps ran out"),
        "maze": _("Maze {size} × {size}, seed {seed}: the agent is at ({x}, {y}), {seen} cells visited."),
        "misfit": _("A message did not fit and was skipped: {why}"),
        "ms": _("{p50} / {p95} ms"),
        "missing": MISSING,
        "none": NONE,
        "colours": list(PALETTE),
        "layout": chart_layout(),
        "model_page": model_href("MODEL_ID"),
    }


def _choice(component_id: str, label: str, choices: dict[str, str], value: str | None = None) -> html.Div:
    options = [{"label": text, "value": key} for key, text in choices.items()]
    chosen = next(iter(choices)) if value is None else value
    return _labelled(component_id, label, dbc.Select(id=component_id, options=options, value=chosen))


def _labelled(component_id: str, label: str, control: Any, extra: str = "") -> html.Div:
    return html.Div(
        [dbc.Label(label, html_for=component_id, class_name="small mb-0"), control], className=f"choice {extra}".strip()
    )
