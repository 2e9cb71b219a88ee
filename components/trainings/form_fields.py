"""The fields of the form that starts a training, each with its label, its help and the place of its error.

They are described as JSON, not as Dash components: assets/training_form.js builds them.
"""

from typing import Any

from dash import html

from components.texts.language import _
from components.texts.words import count, number
from components.trainings.training_words import text_of
from domain.trainings.fields import (
    ChoiceField,
    FloatField,
    FormField,
    IntegerField,
    SeedsField,
    SwitchField,
    TextField,
)
from domain.trainings.seeds import MAX_SEEDS
from domain.trainings.trainer import TrainerForm

_LONG = 10_000_000  # a larger limit is that of the type, and means nothing to a reader


def field_id(place: int) -> str:
    """Returns the id of the control of the field at this place of the form."""
    return f"training-field-{place}"


def field(trainer: TrainerForm, one: FormField, place: int) -> html.Div:
    """Returns one field; fields of the same name, for different choices of another field, have different places."""
    own = field_id(place)
    label = text_of(trainer, one.label) or one.name
    unit = text_of(trainer, one.unit)
    named: Any = [label, html.Span(f" ({unit})", className="text-body-secondary")] if unit else label
    control = _control(one, own)
    is_switch = isinstance(one, SwitchField)
    return html.Div(
        [
            *([control] if is_switch else []),
            html.Label(named, htmlFor=own, className="form-check-label" if is_switch else "form-label mb-0"),
            *([] if is_switch else [control]),
            html.Div(help_text(trainer, one), id=f"{own}-help", className="form-text"),
            html.Div(id=f"{own}-error", className="training-error"),
        ],
        className="training-field form-check" if is_switch else "training-field",
        **{"data-field": one.name, "data-kind": one.kind, "data-control": own},
    )


def help_text(trainer: TrainerForm, one: FormField) -> str:
    """Returns the help text of a field: its purpose, its range, and its default."""
    parts = [text_of(trainer, one.help), _range(one), _default(one)]
    return " ".join(filter(None, parts))


def _control(one: FormField, own: str) -> Any:
    described = {"aria-describedby": f"{own}-help {own}-error"}
    if isinstance(one, ChoiceField):
        options = [html.Option(option, value=option) for option in one.options]
        return html.Select(options, id=own, className="form-select", **described)
    if isinstance(one, SwitchField):
        return element("Input", id=own, type="checkbox", role="switch", className="form-check-input", **described)
    mode = {"integer": "numeric", "float": "decimal"}.get(one.kind)
    # Not a number input: that discards invalid text, so the error could not be explained.
    suggested = f"{own}-list" if isinstance(one, TextField) and one.suggestions else None
    more = {"inputmode": mode, "list": suggested, "autocomplete": "off"}
    box = element("Input", id=own, type="text", className="form-control", **more, **described)
    return box if suggested is None else html.Div([box, _suggestions(one, suggested)])


def _suggestions(one: Any, own: str) -> html.Datalist:
    return html.Datalist([html.Option(value=text) for text in one.suggestions], id=own)


def element(tag: str, **properties: Any) -> dict[str, Any]:
    """Returns an HTML element without a Dash component, described in the same format."""
    return {"type": tag, "props": {name: value for name, value in properties.items() if value is not None}}


def _range(one: FormField) -> str:
    if isinstance(one, SeedsField):
        return _("At most %(most)s.", most=MAX_SEEDS)
    if isinstance(one, IntegerField):
        least = None if one.least < -_LONG else count(one.least)
        most = None if one.most > 2**40 else count(one.most)
        return _between(least, most)
    if isinstance(one, FloatField):
        return _between_numbers(one)
    return ""


def _between(least: str | None, most: str | None) -> str:
    if least is not None and most is not None:
        return _("%(least)s to %(most)s.", least=least, most=most)
    if least is not None:
        return _("%(least)s or more.", least=least)
    return "" if most is None else _("%(most)s or less.", most=most)


def _between_numbers(one: FloatField) -> str:
    if one.above is not None and one.most is not None:
        return _("Above %(above)s, up to %(most)s.", above=number(one.above), most=number(one.most))
    if one.above is not None and one.below is not None:
        return _("Above %(above)s, below %(below)s.", above=number(one.above), below=number(one.below))
    if one.above is not None:
        return _("Above %(above)s.", above=number(one.above))
    if one.below is not None:
        return _("Below %(below)s.", below=number(one.below))
    return _between(*(None if limit is None else number(limit) for limit in (one.least, one.most)))


def _default(one: FormField) -> str:
    """Returns the default of a text field as a sentence; other fields show it themselves."""
    if isinstance(one, ChoiceField | SwitchField) or one.default is None:
        return ""
    value = count(one.default) if isinstance(one, IntegerField) and one.default is not None else str(one.default)
    return _("Default: %(value)s.", value=value)
