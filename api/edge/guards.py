"""Who may ask for what, for every route of the server: Dash's callbacks are routes too, so a blueprint is too small."""

from collections.abc import Container
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError

from domain.errors import ClewError
from domain.errors.misfits import misfits_of
from domain.errors.requests import CallbackMisfit, CallbackUnknown, ForeignPage, Unknown
from domain.message_data import coded

CALLBACK_PATH = "/_dash-update-component"


class _CallbackBody(BaseModel):
    """What Dash's own browser code sends, as far as Dash trusts it blindly."""

    output: str
    outputs: dict[str, Any] | list[Any] | None = None
    inputs: list[dict[str, Any] | list[Any]]
    state: list[dict[str, Any] | list[Any]] = []
    changedPropIds: list[str] = []


def register(server: Flask, callbacks: Container[str]) -> None:
    """Refuses requests that another site's page sends in the reader's name, and callbacks that no page of ours sends.

    `callbacks` holds the outputs of all callbacks; it may still grow.
    """

    @server.before_request
    def refuse_foreign_writes() -> ResponseReturnValue | None:
        if request.method in ("GET", "HEAD", "OPTIONS") or _is_ours():
            return None
        return _refusal(ForeignPage(), {})

    @server.before_request
    def refuse_malformed_callbacks() -> ResponseReturnValue | None:
        if request.path != CALLBACK_PATH or request.method != "POST":
            return None
        try:
            body = _CallbackBody.model_validate_json(request.get_data())
        except ValidationError as error:
            misfit = CallbackMisfit(misfits_of(error))
            return _refusal(misfit, misfit.details)
        if body.output not in callbacks:
            unknown = CallbackUnknown({"output": Unknown()})
            return _refusal(unknown, unknown.details)
        return None


def _refusal(error: ClewError, details: dict[str, str]) -> ResponseReturnValue:
    return {**coded(error, "error"), "details": details}, error.status


def _is_ours() -> bool:
    """Browsers say where a request comes from; programs say nothing, and are not what this guards against."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    try:
        return origin is None or urlsplit(origin).netloc == request.host
    except ValueError:  # no address at all, such as "http://["
        return False
