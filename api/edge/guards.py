"""Access control for every route of the server.

Dash's callbacks are routes, too, so a blueprint would not cover them.
"""

from collections.abc import Mapping
from typing import Any

from flask import Flask, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError

from domain.access.callbacks import access_of_callback, callback_name, is_listed
from domain.access.identity import page_requester, program_requester
from domain.access.rules import check, refusal
from domain.access.table import ANSWERED_THERE, DASHBOARD, access_of
from domain.errors import ClewError
from domain.errors.misfits import misfits_of
from domain.errors.requests import CallbackMisfit, CallbackUnknown, ForeignPage, Unknown
from domain.hosts import Origin
from domain.message_data import coded
from settings.settings import Settings

CALLBACK_PATH = "/_dash-update-component"


class _CallbackBody(BaseModel):
    """The parts of a callback request that Dash itself does not validate."""

    output: str
    outputs: dict[str, Any] | list[Any] | None = None
    inputs: list[dict[str, Any] | list[Any]]
    state: list[dict[str, Any] | list[Any]] = []
    changedPropIds: list[str] = []


def register(server: Flask, settings: Settings, callbacks: Mapping[str, Any]) -> None:
    """Refuses cross-site requests, what the access table forbids, and malformed callbacks.

    `callbacks` holds all of Dash's callbacks by their outputs; it may still grow.
    """

    @server.before_request
    def refuse_foreign_writes() -> ResponseReturnValue | None:
        if request.method in ("GET", "HEAD", "OPTIONS") or _is_ours():
            return None
        return _refusal(ForeignPage(), {})

    @server.before_request
    def refuse_by_table() -> None:
        rule = request.url_rule  # no route matches: the answer is 404 anyway
        if rule is not None and f"{request.method} {rule.rule}" not in ANSWERED_THERE:
            requester = program_requester(request.headers, request.remote_addr, settings)
            check(access_of(DASHBOARD, request.method, rule.rule), requester, settings)

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
        if "callback" not in called:  # unknown, or a clientside callback
            unknown = CallbackUnknown({"output": Unknown()})
            return _refusal(unknown, unknown.details)
        name = callback_name(body.output, _first_input(called))
        if is_listed(name):  # it checks access itself, and shows the refusal where the reader clicked
            return None
        requester = page_requester(request.headers, request.remote_addr, settings)
        forbidden = refusal(access_of_callback(name, body.changedPropIds), requester, settings)
        return None if forbidden is None else _refusal(forbidden, {})


def _first_input(called: Mapping[str, Any]) -> str:
    return next((f"{one['id']}.{one['property']}" for one in called["inputs"]), "")


def _refusal(error: ClewError, details: dict[str, str]) -> ResponseReturnValue:
    return {**coded(error, "error"), "details": details}, error.status


def _is_ours() -> bool:
    """Returns whether the request comes from our own page: browsers send its origin.

    Programs send none, and are not what this protects against.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    header = request.headers.get("Origin")
    origin = None if header is None else Origin.of(header)
    return header is None or (origin is not None and origin.is_of(request.headers.get("Host", "")))
