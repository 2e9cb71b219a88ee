"""The form that mutes alerts for a while."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids
from components.alerts.alert_words import kind_name, mute_hours
from components.permissions import disabled_unless_allowed, reason
from components.texts.language import _
from domain.access.rules import Access
from domain.alerts.kinds import AlertKind

EVERYTHING = "*"


def mute_form() -> html.Section:
    """Returns the form: which alerts, of which subject, for how long, and why."""
    kinds = [{"label": _("everything"), "value": EVERYTHING}]
    kinds += [{"label": kind_name(kind), "value": kind.value} for kind in AlertKind]
    hours = [{"label": text, "value": str(number)} for number, text in mute_hours().items()]
    fields = [
        _field(_("What"), dbc.Select(id=ids.MUTE_KIND, options=kinds, value=EVERYTHING, size="sm")),
        _field(
            _("Run, experiment or host"),
            dbc.Input(id=ids.MUTE_PATTERN, size="sm", maxlength=300, placeholder=_("any; * matches anything")),
        ),
        _field(_("For"), dbc.Select(id=ids.MUTE_HOURS, options=hours, value="4", size="sm")),
        _field(_("Why"), dbc.Input(id=ids.MUTE_WHY, size="sm", maxlength=500)),
        dbc.Button(_("Mute"), id=ids.MUTE_SEND, color="primary"),
    ]
    end = [
        _field(_("Mute to end"), dbc.Select(id=ids.MUTE_END_CHOICE, options=[], size="sm")),
        dbc.Button(_("Unmute"), id=ids.MUTE_END, color="secondary", outline=True),
    ]
    return html.Section(
        [
            html.H2(_("Mute"), className="h5"),
            disabled_unless_allowed(Access.WRITE, fields, ids.MUTE_REFUSED, "controls"),
            reason(Access.WRITE, ids.MUTE_REFUSED),
            html.Div(
                disabled_unless_allowed(Access.WRITE, end, ids.MUTE_REFUSED, "controls"),
                id=ids.MUTE_END_PLACE,
                className="mt-3",
                hidden=True,
            ),
            html.P(id=ids.MUTE_OUTCOME, role="status", className="small mt-1"),
        ],
        className="panel mt-4",
        **{"aria-label": _("Mute")},
    )


def _field(label: str, control: Any) -> html.Label:
    return html.Label([html.Span(label), control])
