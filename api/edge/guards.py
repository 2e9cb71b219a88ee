"""Who may ask for what, for every route of the server: Dash's callbacks are routes too, so a blueprint is too small."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError

from domain.access.identity import page_asker, program_asker
from domain.access.rules import check, refusal
from domain.access.table import ANSWERED_THERE, DASHBOARD, access_of, access_of_callback, callback_name, is_listed
from domain.errors import ClewError
from domain.errors.misfits import misfits_of
from domain.errors.requests import CallbackMisfit, CallbackUnknown, ForeignPage, Unknown
from domain.hosts import Origin
from domain.message_data import coded
from settings.settings import Settings

CALLBACK_PATH = "/_dash-update-component"


class _CallbackBody(BaseModel):
    """What Dash's own browser code sends, as far as Dash trusts it blindly."""

    output: str
    outputs: dict[str, Any] | list[Any] | None = None
    inputs: list[dict[str, Any] | list[Any]]
    state: list[dict[str, Any] | list[Any]] = []
    changedPropIds: list[str] = []


def register(server: Flask, settings: Settings, callbacks: Mapping[str, Any]) -> None:
    """Refuses what another site's page sends in the reader's name, what the table forbids, and odd callbacks.

    `callbacks` holds all of Dash's callbacks by their outputs; it may still grow.
    """

    @server.before_request
    def refuse_foreign_writes() -> ResponseReturnValue | None:
        if request.method in ("GET", "HEAD", "OPTIONS") or _is_ours():
            return None
        return _refusal(ForeignPage(), {})

    @server.before_request
    def refuse_by_table() -> None:
        rule = request.url_rule  # none: its status says that there is nothing
        if rule is not None and f"{request.method} {rule.rule}" not in ANSWERED_THERE:
            asker = program_asker(request.headers, request.remote_addr, settings)
            check(access_of(DASHBOARD, request.method, rule.rule), asker, settings)

    @server.before_request
    def refuse_malformed_callbacks() -> ResponseReturnValue | None:
        if request.path != CALLBACK_PATH or request.method != "POST":
            return None
        try:
            body = _CallbackBody.model_validate_json(request.get_data())
        except ValidationError as error:
            misfit = CallbackMisfit(misfits_of(error))
            return _refusal(misfit, misfit.details)
        called = callbacks.get(body.output, {})
        if "callback" not in called:  # not there, or the browser's own
            unknown = CallbackUnknown({"output": Unknown()})
            return _refusal(unknown, unknown.details)
        name = callback_name(body.output, _first_input(called))
        if is_listed(name):  # it asks by itself, and answers its reader where it was clicked
            return None
        asker = page_asker(request.headers, request.remote_addr, settings)
        forbidden = refusal(access_of_callback(name, body.changedPropIds), asker, settings)
        return None if forbidden is None else _refusal(forbidden, {})


def _first_input(called: Mapping[str, Any]) -> str:
    return next((f"{one['id']}.{one['property']}" for one in called["inputs"]), "")


def _refusal(error: ClewError, details: dict[str, str]) -> ResponseReturnValue:
    return {**coded(error, "error"), "details": details}, error.status


def _is_ours() -> bool:
    """Returns whether a page of ours asks: browsers say where a request comes from.

    Programs say nothing, and are not what this guards against.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    header = request.headers.get("Origin")
    origin = None if header is None else Origin.of(header)
    return header is None or (origin is not None and origin.is_of(request.headers.get("Host", "")))
