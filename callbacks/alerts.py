"""The page of alerts: filled again and again, and what is muted there."""

import secrets
import time
from collections.abc import Mapping
from typing import Any

import dash
from dash import Input, Output, State, ctx, no_update
from flask import request
from pydantic import ValidationError

from callbacks.freshness import RETRY_WAIT_SECONDS, failed, is_retry
from components import ids
from components.alerts.alert_rows import body, mute_name
from components.alerts.mute_form import EVERYTHING
from components.front import front
from components.texts import words
from components.texts.language import _, language
from components.texts.translate import translate
from domain.alerts.alert_list import MuteRequest
from domain.errors import ClewError
from domain.errors.misfits import misfits_of
from domain.messages import Reason
from services.alerts.team_alerts import KnownAlerts
from services.connect import Services
from services.identity import writing_person

_PLACE = "alerts"


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the page of alerts to `app`."""
    _register_list(app, services)
    _register_mutes(app, services)


def _register_list(app: dash.Dash, services: Services) -> None:
    @app.callback(
        Output(ids.ALERTS_BODY, "children"),
        Output(ids.ALERTS_DRAWN, "data"),
        Output(ids.ALERTS_AS_OF, "children"),
        Output(ids.MUTE_END_CHOICE, "options"),
        Output(ids.MUTE_END_CHOICE, "value"),
        Output(ids.MUTE_END_PLACE, "hidden"),
        Output(ids.failure(_PLACE), "children"),
        Output(ids.failure_alert(_PLACE), "is_open"),
        Input(ids.tick(_PLACE), "n_intervals"),
        Input(ids.retry(_PLACE), "n_clicks"),
        Input(ids.ALERTS_MUTED, "data"),
        State(ids.ALERTS_DRAWN, "data"),
        State(ids.MUTE_END_CHOICE, "value"),
    )
    def refresh(
        _tick: int, _retry: int | None, _muted: str | None, drawn: str | None, chosen: str | None
    ) -> tuple[Any, ...]:
        if is_retry(_PLACE):
            known = services.alerts.refreshed(RETRY_WAIT_SECONDS)
        else:
            known = services.alerts.view(services.settings.patience_seconds)
        body_drawn = _drawn(known, drawn)
        ends = (no_update,) * 3 if body_drawn[0] is no_update else _ends(known, chosen)
        return (*body_drawn, front.as_of(words.unix_ms(known.as_of)), *ends, *failed(known))


def _drawn(known: KnownAlerts, drawn: str | None) -> tuple[Any, Any]:
    """The body and its mark; no update where the page has it, so that a reader's focus stays."""
    if known.alerts is None:
        return no_update, no_update
    now = time.time_ns() // 1_000_000
    in_force = [mute.id for mute in known.alerts.mutes_in_force(now)]
    read_ms = words.unix_ms(known.as_of) or now
    heard = known.alerts.is_heard(read_ms)
    shown = known.alerts.model_dump_json(exclude={"watcher_at_ms"})
    mark = words.fingerprint(f"{language()} {in_force} {heard} {shown}")
    return (no_update, no_update) if mark == drawn else (body(known.alerts, now, read_ms), mark)


def _ends(known: KnownAlerts, chosen: str | None) -> tuple[Any, Any, bool]:
    """The mutes that can be ended, which of them is chosen, and whether there is none: what was chosen stays so."""
    now = time.time_ns() // 1_000_000
    mutes = [] if known.alerts is None else known.alerts.mutes_in_force(now)
    options = [{"label": mute_name(mute), "value": mute.id} for mute in mutes]
    first = mutes[0].id if mutes else None
    return options, chosen if any(mute.id == chosen for mute in mutes) else first, not mutes


def _register_mutes(app: dash.Dash, services: Services) -> None:
    @app.callback(
        Output(ids.MUTE_OUTCOME, "children"),
        Output(ids.ALERTS_MUTED, "data"),
        Input(ids.MUTE_SEND, "n_clicks"),
        Input(ids.MUTE_END, "n_clicks"),
        State(ids.MUTE_END_CHOICE, "value"),
        State(ids.MUTE_KIND, "value"),
        State(ids.MUTE_PATTERN, "value"),
        State(ids.MUTE_HOURS, "value"),
        State(ids.MUTE_WHY, "value"),
        prevent_initial_call=True,
    )
    def change(
        _send: int | None, _end: int | None, ended: object, kind: object, pattern: object, hours: object, why: object
    ) -> tuple[Any, Any]:
        try:
            by = writing_person(request.headers, request.remote_addr, services.settings)
            if ctx.triggered_id == ids.MUTE_END:
                services.alerts.unmute(str(ended))
                return _("The mute has ended."), secrets.token_hex(4)
            services.alerts.mute(_asked(kind, pattern, hours, why), by)
            return _("Muted. The watcher knows within half a minute."), secrets.token_hex(4)
        except ValidationError as error:
            return _refused(misfits_of(error)), no_update
        except ClewError as error:
            return translate(error), no_update


def _refused(wrong: Mapping[str, Reason]) -> str:
    if "why" in wrong:
        return _("Say why: others will wonder.")
    return " ".join(f"{field}: {translate(reason)}" for field, reason in wrong.items())


def _asked(kind: object, pattern: object, hours: object, why: object) -> MuteRequest:
    """What the form says; raises ValidationError."""
    return MuteRequest.model_validate(
        {
            "kinds": [] if kind in (None, EVERYTHING) else [kind],
            "pattern": pattern or "",
            "hours": hours,
            "why": why or "",
        }
    )
