"""The inference page: one or two models in the same maze, or with the same seed. assets/inference_*.js draw."""

from typing import Any

from dash import dcc, html

from components import ids
from components.charts.chart_config import chart_config
from components.colours import PALETTE
from components.connection import line_head, line_notice, line_states
from components.growing_chart import live_layout
from components.inference.inference_controls import NONE
from components.links import href, model_href
from components.texts.language import _, around
from components.texts.translate import templates
from components.texts.words import MISSING
from domain.errors.catalogue import TEMPLATES
from domain.inference.messages import InferenceStep
from domain.inference.watching import WatchedStep

SIDES = ("a", "b")


def side(name: str, *, hidden: bool) -> html.Section:
    """Returns the panel of one model: its name, the maze, the numbers."""
    return html.Section(
        [
            line_head(
                html.H2(id=ids.walk("title", name), className="h5 mb-0"),
                ids.walk("badge", name),
                ids.walk("since", name),
            ),
            line_notice(ids.walk("trouble", name)),
            html.Div(_nothing_walks(), id=ids.walk("board", name), className="maze-board"),
            html.Dl([_fact(part, label) for part, label in _facts().items()], className="facts walk-facts mt-2"),
            html.P(id=ids.walk("news", name), className="visually-hidden", **{"aria-live": "polite"}),
        ],
        id=ids.walk("section", name),
        className="walk",
        hidden=hidden,
    )


def _nothing_walks() -> html.Div:
    """Returns what the board holds before the first step: what is missing, and where to get it."""
    active = html.A(_("the models page"), href=href("/models"))
    return html.Div(
        [
            html.P(_("No episode is running yet."), className="fw-semibold mb-1"),
            html.P(around(_("Choose a model above, or activate one on {page}."), page=active), className="mb-0"),
        ],
        className="empty walk-empty",
    )


def _facts() -> dict[str, str]:
    return {
        "step": _("Step"),
        "reward": _("Reward"),
        "action": _("Action"),
        "best": _("Max Q"),
        "value": _("Value"),
        "cumulative": _("Cumulative reward"),
        "outcome": _("Episode"),
        "latency": _("Inference, p50 / p95"),
        "delay": _("From the engine to the screen, p95"),
    }


def _fact(part: str, label: str) -> html.Div:
    """Returns a fact with its label.

    The value estimate exists only for environments other than the maze, whose policies have none.
    """
    look = "only-others" if part == "value" else None
    return html.Div([html.Dt(label, **{"data-name": part}), html.Dd(MISSING, **{"data-part": part})], className=look)


def episodes() -> html.Section:
    """Returns the list of the watched episodes; empty and hidden for the maze."""
    return html.Section(
        [html.H2(_("Episodes watched"), className="h5"), html.Div(id=ids.INFERENCE_EPISODES)],
        id=f"{ids.INFERENCE_EPISODES}-section",
        hidden=True,
        className="mt-3",
    )


def chart() -> html.Figure:
    """Draws the cumulative reward over the steps of the episode."""
    return html.Figure(
        [
            dcc.Graph(
                id=ids.INFERENCE_CHART,
                figure={"data": [], "layout": chart_layout()},
                config=chart_config(["toImage"]),
                className="chart",
                responsive=True,
            ),
            html.Figcaption(_("No step has been taken yet."), id=ids.INFERENCE_SUMMARY, className="visually-hidden"),
        ],
        className="chart-frame",
        **{"aria-label": _("Cumulative reward")},
    )


def chart_layout() -> dict[str, Any]:
    """Returns the Plotly layout of that chart."""
    return live_layout(_("Cumulative reward"), _("Step"), _("Cumulative reward"))


def schema() -> dict[str, Any]:
    """Returns the JSON Schemas of the engine's step messages: for the maze, and for any other environment."""
    return {"maze": InferenceStep.model_json_schema(), "others": WatchedStep.model_json_schema()}


def texts() -> dict[str, Any]:
    """Returns the texts of assets/inference_*.js in the reader's language."""
    return {
        "connection": line_states(),
        "heard": "",
        "lost": _("for {n} s; the episode is over, and a new one begins when the engine is back"),
        "never": _("for {n} s; is the inference engine running, and can this browser reach {url}?"),
        "actions": [_("up"), _("down"), _("left"), _("right")],
        "best": {
            "q_values": _("Max Q"),
            "action_probabilities": _("Highest probability"),
            "logits": _("Highest logit"),
        },
        "model": _("Model {id}"),
        "active": _("active"),
        "tried": _("not active"),
        "walking": _("walking"),
        "waiting": _("stopped"),
        "reached": _("goal reached"),
        "ran_out": _("steps ran out"),
        "maze": _("Maze {size} × {size}, seed {seed}: the agent is at ({x}, {y}), {seen} cells visited."),
        "scores": _("Here: {scores}."),
        **_texts_of_others(),
        "line": _("{model}: {value} after {steps} steps, lowest {lowest}, highest {highest}"),
        "waiting_for": _("Waiting: {cause}. It continues automatically."),
        "waited": _("({n} s so far)"),
        "misfit": _("An invalid message was skipped: {why}"),
        "ms": _("{p50} / {p95} ms"),
        "templates": templates(TEMPLATES),
        "missing": MISSING,
        "none": NONE,
        "colours": list(PALETTE),
        "layout": chart_layout(),
        "model_page": model_href("MODEL_ID"),
    }


def _texts_of_others() -> dict[str, Any]:
    """Returns the texts for environments other than the maze."""
    return {
        "kinds": {
            "q_values": _("Q values"),
            "action_probabilities": _("Probabilities"),
            "logits": _("Logits"),
            "mean": _("Mean of the actions"),
            "actions": _("Chosen action"),
        },
        "action_number": _("Action {n}"),
        "dimension": _("Dimension {n}"),
        "next": _("chosen"),
        "thoughts": _("Outputs of the policy"),
        "picture": _("{env}, seed {seed}"),
        "no_picture": _("{env} draws no pictures."),
        "more": _("and {n} more"),
        "plays": _("plays"),
        "succeeded": _("success"),
        "failed": _("no success"),
        "over": _("over"),
        "cut_off": _("over: its steps ran out"),
        "news": _("Seed {seed}: return {return} after {steps} steps, {outcome}."),
        "episodes": {
            "model": _("Model"),
            "seed": _("Seed"),
            "return": _("Return"),
            "steps": _("Steps"),
            "outcome": _("Outcome"),
            "keep": _("Replay or save"),
            "all": _("Episodes watched"),
            "again": _("Watch again"),
            "save": _("Save"),
            "save_gif": _("Save as GIF"),
            "saving": _("is being replayed and drawn…"),
            "saved": _("Saved with the model’s run: {path}"),
            "lost": _("No answer was received; it is not known whether it was saved."),
        },
    }
