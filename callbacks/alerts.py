"""The callbacks of the alerts page: its list, refreshed by a ticker, and its mutes."""

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypedDict

import dash
from dash import Input, Output, State, ctx, no_update
from pydantic import ValidationError

from callbacks.access import writer
from callbacks.freshness import alerts_view, failed, failure_outputs, tick_and_retry
from components import ids
from components.alerts.alert_rows import body, mute_name
from components.alerts.mute_form import EVERYTHING
from components.front import front
from components.texts import words
from components.texts.language import _, language
from components.texts.translate import translate
from domain.alerts.alert import Mute
from domain.alerts.alert_list import MuteRequest
from domain.errors import ClewError
from domain.errors.misfits import misfits_of
from domain.messages import Reason
from services.alerts.team_alerts import KnownAlerts
from services.connect import Services

_PLACE = "alerts"


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the page of alerts to `app`."""
    _register_list(app, services)
    _register_mutes(app, services)


def _register_list(app: dash.Dash, services: Services) -> None:
    @app.callback(
        output={
            "body": Output(ids.ALERTS_BODY, "children"),
            "drawn": Output(ids.ALERTS_DRAWN, "data"),
            "mutes": {
                "options": Output(ids.MUTE_END_CHOICE, "options"),
                "value": Output(ids.MUTE_END_CHOICE, "value"),
                "hidden": Output(ids.MUTE_END_PLACE, "hidden"),
            },
            "age": Output(ids.ALERTS_AS_OF, "children"),
            **failure_outputs(_PLACE),
        },
        inputs={"_triggers": [*tick_and_retry(_PLACE), Input(ids.ALERTS_MUTED, "data")]},
        state={"drawn": State(ids.ALERTS_DRAWN, "data"), "chosen": State(ids.MUTE_END_CHOICE, "value")},
    )
    def refresh(_triggers: list[Any], drawn: str | None, chosen: str | None) -> dict[str, Any]:
        known = alerts_view(services, _PLACE)
        age = front.as_of(words.unix_ms(known.as_of))
        return {**_list_update(known, drawn, chosen), "age": age, **failed(known)}


class _MuteChoices(TypedDict):
    """The mutes that can be ended, which of them is chosen, and whether the select box is hidden."""

    options: Any
    value: Any
    hidden: Any


class _ListUpdate(TypedDict):
    """The list and the options of the select box; `drawn` is the fingerprint of their content."""

    body: Any
    drawn: Any
    mutes: _MuteChoices


_NO_UPDATE: Final = _ListUpdate(
    body=no_update, drawn=no_update, mutes=_MuteChoices(options=no_update, value=no_update, hidden=no_update)
)


def _list_update(known: KnownAlerts, drawn: str | None, chosen: str | None) -> _ListUpdate:
    """Draws the list; no update if the page already shows the same, which keeps the reader's focus."""
    if known.alerts is None:
        return _NO_UPDATE
    now = time.time_ns() // 1_000_000
    in_force = known.alerts.mutes_in_force(now)
    read_ms = words.unix_ms(known.as_of) or now
    has_live_watcher = known.alerts.has_live_watcher(read_ms)
    shown = known.alerts.model_dump_json(exclude={"watcher_at_ms"})
    mark = words.fingerprint(f"{language()} {[mute.id for mute in in_force]} {has_live_watcher} {shown}")
    if mark == drawn:
        return _NO_UPDATE
    return {"body": body(known.alerts, now, read_ms), "drawn": mark, "mutes": _mute_choices(in_force, chosen)}


def _mute_choices(mutes: Sequence[Mute], chosen: str | None) -> _MuteChoices:
    """Returns the mutes that can be ended, keeping the current choice."""
    first = mutes[0].id if mutes else None
    return {
        "options": [{"label": mute_name(mute), "value": mute.id} for mute in mutes],
        "value": chosen if any(mute.id == chosen for mute in mutes) else first,
        "hidden": not mutes,
    }


def _register_mutes(app: dash.Dash, services: Services) -> None:
    @app.callback(
        output=(Output(ids.MUTE_OUTCOME, "children"), Output(ids.ALERTS_MUTED, "data")),
        inputs={"_clicks": [Input(ids.MUTE_SEND, "n_clicks"), Input(ids.MUTE_END, "n_clicks")]},
        state={
            "ended": State(ids.MUTE_END_CHOICE, "value"),
            "form": {
                "kind": State(ids.MUTE_KIND, "value"),
                "pattern": State(ids.MUTE_PATTERN, "value"),
                "hours": State(ids.MUTE_HOURS, "value"),
                "why": State(ids.MUTE_WHY, "value"),
            },
        },
        prevent_initial_call=True,
    )
    def change(_clicks: list[Any], ended: object, form: dict[str, object]) -> tuple[Any, Any]:
        try:
            by = writer(services)
            if ctx.triggered_id == ids.MUTE_END:
                services.alerts.unmute(str(ended))
                return _("The mute has ended."), secrets.token_hex(4)
            services.alerts.mute(_requested(form), by)
            return _("Muted. This takes effect within half a minute."), secrets.token_hex(4)
        except ValidationError as error:
            return _refused(misfits_of(error)), no_update
        except ClewError as error:
            return translate(error), no_update


def _refused(wrong: Mapping[str, Reason]) -> str:
    if "why" in wrong:
        return _("Give a reason, so that others understand it.")
    return " ".join(f"{field}: {translate(reason)}" for field, reason in wrong.items())


def _requested(form: Mapping[str, object]) -> MuteRequest:
    """Reads the form; raises ValidationError."""
    return MuteRequest.model_validate(
        {
            "kinds": [] if form["kind"] in (None, EVERYTHING) else [form["kind"]],
            "pattern": form["pattern"] or "",
            "hours": form["hours"],
            "why": form["why"] or "",
        }
    )
