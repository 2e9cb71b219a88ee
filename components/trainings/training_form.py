"""The form that starts a training, built from a trainer's fields; assets/training_form.js draws, fills and sends it."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids
from components.permissions import disabled_unless_allowed, reason
from components.texts.language import _, ngettext
from components.texts.translate import translate
from components.trainings.form_fields import field
from components.trainings.training_words import about, text_of, title_of
from domain.access.rules import Access
from domain.errors.trainings.requests import TrainingRefused
from domain.messages import Reason
from domain.trainings.fields import Value, defaults_of
from domain.trainings.trainer import OfferedTrainer, TrainerForm


def place() -> html.Section:
    """Returns the place where the form appears."""
    return html.Section(
        [
            html.H2(_("Start a training"), className="h5"),
            html.Div(id=ids.TRAINING_NOTE, role="status", className="mb-2"),
            html.Div(dbc.Spinner(size="sm"), id=ids.TRAINING_FORM_WAITS),
            html.Div(id=ids.TRAINING_FORM),
            html.Div(
                [
                    html.P(id=ids.TRAINING_SUMMARY, className="small text-body-secondary mb-2", role="status"),
                    disabled_unless_allowed(
                        Access.WRITE,
                        [html.Button(_("Start"), id=ids.TRAINING_START, type="button", disabled=True,
                                     className="btn btn-primary")],
                        ids.refused("training"),
                    ),
                    reason(Access.WRITE, ids.refused("training")),
                    html.P(id=ids.TRAINING_BLOCKED, className="small mt-1 mb-0 training-error", role="status"),
                ],
                className="training-foot",
                hidden=True,
                id=ids.TRAINING_FOOT,
            ),
        ],
        className="training-start",
        **{"aria-label": _("Start a training")},
    )  # fmt: skip


def described(
    trainers: Sequence[OfferedTrainer],
    trainer: OfferedTrainer,
    values: Mapping[str, Value],
    *,
    note: str | None = None,
    blocked: str | None = None,
) -> dict[str, Any]:
    """Returns the description of a form from which assets/training_form.js builds it, filled in with `values`.

    `blocked` says why nothing can start.
    """
    return {
        "trainer": trainer.name,
        "trainers": [{"name": one.name, "title": title_of(one)} for one in trainers],
        "body": [_choice_of(trainers, trainer), *_sections(trainer)],
        "fields": [{"name": one.name, "shown_for": one.shown_for} for one in trainer.fields],
        "defaults": [one.default for one in trainer.fields],
        "values": dict(values),
        "presets": [one.model_dump(mode="json") for one in trainer.presets],
        "note": note,
        "blocked": blocked,
    }


def checked(
    runs: Sequence[Mapping[str, Value]], usual: tuple[float, int] | None, refused: TrainingRefused | None = None
) -> dict[str, Any]:
    """Returns the result of checking the filled-in values.

    That is the error of each wrong field, else how many runs would start and how long one may take.
    """
    if refused is not None:
        return {"fields": field_errors(refused), "summary": ""}
    made = ngettext("Makes one run.", "Makes %(num)s runs, one after the other in the queue.", len(runs))
    return {"fields": {}, "summary": f"{made} {_usually(usual)}".strip()}


def field_errors(refused: TrainingRefused) -> dict[str, str]:
    """Returns the error message of each field."""
    return {name: _as_sentence(translate(why)) for name, why in refused.fields.items()}


def started(run_ids: Sequence[str], where: str | None) -> dict[str, Any]:
    """Returns the answer to a start: where to go, or a message if several runs were started."""
    sentence = ngettext("The training is started.", "%(num)s trainings are in the queue.", len(run_ids))
    return {"outcome": "done", "sentence": sentence, "go": where}


def refused(error: Reason, fields: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Returns the answer to a refused request, with the reason."""
    return {"outcome": "refused", "sentence": translate(error), "fields": dict(fields or {})}


def not_known(error: Reason) -> dict[str, Any]:
    """Returns the answer if the outcome is unknown: the page asks again with the same request id."""
    return {"outcome": "not_known", "sentence": translate(error), "fields": {}}


def texts() -> dict[str, Any]:
    """Returns the texts of assets/training_form.js and training_actions.js; {n} is a number of seconds."""
    return {
        "header": _("Trainings"),
        "starting": _("Starting the training…"),
        "silent": _("Clew has not answered for {n} s; retrying."),
        "lost": _("Clew does not answer: it is not known whether the training was started. Check the queue."),
        "status": _("Clew answered HTTP {status}, so nothing was done. Reload the page, and try again."),
        "wrong": _("Some fields are invalid; see the message under each."),
        "unreachable": _("Clew does not answer; the form appears when it does."),
        "preset": _("Preset"),
        "own": _("own values"),
        "acting": _("Sending the request to the scheduler…"),
        "acted_not_known": _("Clew does not answer: it is not known whether this was done. Check the queue."),
        "age": _("as of {moment}"),
    }


def filled_from(run_name: str, *, is_requested: bool, is_fork: bool) -> str:
    """Returns the sentence on where the values of the form come from."""
    if is_fork:
        return _("The training continues from the checkpoint of %(run)s, as a new run.", run=run_name)
    if is_requested:
        return _("Filled in with the values of %(run)s.", run=run_name)
    return _("Filled in with the parameters that %(run)s logged; all other fields have their defaults.", run=run_name)


def nothing_to_fill_in(run_id: str) -> str:
    """Returns the sentence that a run has no settings to fill in."""
    return _("Run %(run)s has no values that can be filled in here.", run=run_id[:8])


def not_filled_in_yet(run_id: str, why: Reason) -> str:
    """Returns the sentence that a run may have values, but could not be read."""
    return _(
        "Run %(run)s could not be read yet, so the fields have their defaults. %(cause)s. Its values appear once it can"
        " be read, unless a field was changed by then; reloading the page asks again.",
        run=run_id[:8],
        cause=translate(why).rstrip(".。"),
    )


def of_another_trainer(trainer: str) -> str:
    """Returns the sentence that the values in question do not belong to this form."""
    return _("Not filled in: these values are of the trainer %(trainer)s.", trainer=trainer)


def initial(trainer: TrainerForm, repeated: Mapping[str, Value]) -> dict[str, Value]:
    """Returns the initial values of a form: those to repeat, else defaults."""
    deciding: dict[str, Value] = {one.name: one.default for one in trainer.fields if one.default is not None}
    chosen = deciding | dict(repeated)
    return defaults_of(trainer.fields, chosen) | dict(repeated)


def _choice_of(trainers: Sequence[OfferedTrainer], chosen: OfferedTrainer) -> html.Div:
    help_text = html.P(text_of(chosen, chosen.help), className="form-text mt-0")
    if len(trainers) < 2:
        return html.Div(help_text)
    options = [html.Option(title_of(one), value=one.name) for one in trainers]
    return html.Div(
        [
            html.Label(_("Trainer"), htmlFor=ids.TRAINING_TRAINER, className="form-label mb-0"),
            html.Select(options, id=ids.TRAINING_TRAINER, className="form-select mb-1"),
            help_text,
        ],
        className="training-trainer",
    )


def _sections(trainer: OfferedTrainer) -> list[Any]:
    """Returns the fields without a section, visible, then the others in folds, in the order of their sections."""
    parts: dict[str, list[Any]] = {}
    for number, one in enumerate(trainer.fields):
        parts.setdefault(one.section, []).append(field(trainer, one, number))
    drawn = [html.Div(parts.pop("", []), className="training-fields")]
    presets = html.Div(id=ids.TRAINING_PRESETS)
    for number, (name, fields) in enumerate(parts.items()):
        inner = [presets, html.Div(fields, className="training-fields")] if number == 0 else fields
        drawn.append(html.Details([html.Summary(text_of(trainer, name)), *inner], className="training-section"))
    return drawn if parts else [presets, *drawn]


def _usually(usual: tuple[float, int] | None) -> str:
    if usual is None:
        return ""
    seconds, runs = usual
    return ngettext(
        "Takes about %(time)s, based on %(num)s similar finished run.",
        "Takes about %(time)s each, based on %(num)s similar finished runs.",
        runs,
        time=about(seconds),
    )


def _as_sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
