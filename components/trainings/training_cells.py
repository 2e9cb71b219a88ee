"""The cells of a training's row."""

from typing import Any, NamedTuple

from dash import html

from components.links import run_href, training_href
from components.notices import age
from components.texts import words
from components.texts.language import _
from components.texts.translate import translate
from components.trainings.training_words import (
    COLOURS,
    action_colours,
    action_names,
    algorithm_and_trainer,
    reason,
    state_names,
)
from domain.errors import ClewError
from domain.run_changes.marks import Mark
from domain.trainings.training import ALIVE, WAITING, Training, TrainingAction, TrainingProgress

_IN_ROWS = (
    TrainingAction.FIRST,
    TrainingAction.HOLD,
    TrainingAction.RELEASE,
    TrainingAction.CANCEL,
    TrainingAction.STOP,
)


class Row(NamedTuple):
    """A training, its success rate and mark from MLflow, and whether it belongs to another scheduler."""

    training: Training
    success_rate: float | None = None
    is_elsewhere: bool = False
    is_archived: bool = False


def run_id(row: Row) -> Any:
    """Returns the run's id, as a link to the run."""
    return html.A(html.Code(row.training.run_id[:8]), href=run_href(row.training.run_id))


def name(row: Row) -> list[Any]:
    """Returns the training's name, as a link to its page, and what it trains."""
    training = row.training
    where = run_href(training.run_id) if row.is_elsewhere else training_href(training.run_id)
    return [
        html.A(html.Bdi(training.name or training.run_id[:8]), href=where),
        _archived() if row.is_archived else None,
        html.Div(algorithm_and_trainer(training), className="small text-body-secondary"),
    ]


def _archived() -> html.Span:
    """Draws the badge of `components.badges` in plain HTML: assets/live_text.js builds it."""
    return html.Span(words.mark_name(Mark.ARCHIVED), className="badge text-bg-secondary ms-2")


def state(row: Row) -> list[Any]:
    """Returns its state, its place in the queue, and why it waits or how it ended."""
    training = row.training
    badge = html.Span(
        state_names()[training.state],
        className=f"badge text-bg-{COLOURS[training.state]} training-{training.state}",
    )
    place = _("place %(place)s", place=training.place) if training.place and training.state in WAITING else ""
    host = _("on %(host)s, another scheduler's", host=training.host or words.MISSING) if row.is_elsewhere else ""
    return [badge, *(html.Div(text, className="small") for text in (place, reason(training), host) if text)]


def progress(row: Row) -> Any:
    """Returns how far it has come, out of what total."""
    progress = row.training.progress
    if progress is None or row.training.state not in ALIVE:
        return words.MISSING
    share = _share(progress)
    parts = [_episode(progress.episode, progress.episodes) or _steps(progress.steps)]
    if progress.success_rate is not None:
        parts.append(words.percent(progress.success_rate))
    if progress.seconds_left is not None:
        parts.append(_("%(time)s left", time=words.duration(round(progress.seconds_left)).replace(".0", "")))
    text = " · ".join(filter(None, parts)) or words.MISSING
    return [_bar(share) if share is not None else None, html.Div(text, className="small")]


def _share(progress: TrainingProgress) -> int | None:
    """Returns the percentage done, in the unit that limits the training."""
    done, whole = progress.episode, progress.episodes
    if progress.steps_asked is not None:
        done, whole = progress.steps, progress.steps_asked
    return min(100, round(100 * done / whole)) if done is not None and whole else None


def _episode(episode: int | None, episodes: int | None) -> str:
    if episode is None:
        return ""
    if episodes is None:
        return words.count(episode)
    return _("%(episode)s of %(episodes)s", episode=words.count(episode), episodes=words.count(episodes))


def _steps(steps: int | None) -> str:
    return "" if steps is None else _("%(steps)s steps", steps=words.count(steps))


def _bar(share: int) -> html.Div:
    filled = html.Div(className="progress-bar", style={"width": f"{share}%"})
    aria = {"aria-valuenow": str(share), "aria-valuemin": "0", "aria-valuemax": "100", "aria-label": _("Progress")}
    return html.Div(filled, className="progress", role="progressbar", **aria)


def requester_and_times(row: Row) -> list[Any]:
    """Returns who requested it, and since when it has been running or waiting."""
    training = row.training
    since = training.started_ms if training.state in ALIVE and training.started_ms else training.asked_ms
    return [html.Div(html.Bdi(training.by or words.MISSING)), html.Div(age(since), className="small")]


def started(row: Row) -> Any:
    """Draws when it started."""
    training = row.training
    return age(training.started_ms or training.asked_ms or None)


def rate(row: Row) -> str:
    """Returns its success rate from MLflow, else the one it reports itself."""
    live = row.training.progress
    known = row.success_rate
    return words.percent(live.success_rate if known is None and live is not None else known)


def buttons(row: Row, refusal: ClewError | None) -> Any:
    """Returns the buttons of the actions that are possible on it."""
    actions = [action for action in _IN_ROWS if action in row.training.actions and not row.is_elsewhere]
    if not actions:
        return words.MISSING
    return html.Div([_action_button(row.training, action, refusal) for action in actions], className="training-actions")


def _action_button(training: Training, action: TrainingAction, refusal: ClewError | None) -> html.Button:
    """Returns a button that sends an action to the scheduler; assets/training_actions.js handles it."""
    name = action_names()[action]
    refused = {} if refusal is None else {"disabled": True, "title": translate(refusal)}
    return html.Button(
        name,
        type="button",
        className=f"btn btn-sm btn-outline-{action_colours().get(action, 'secondary')}",
        **{
            "data-training-action": action,
            "data-run": training.run_id,
            "data-name": training.name,
            "aria-label": f"{name}: {training.name}",
            **refused,
        },
    )
