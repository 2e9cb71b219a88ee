"""Who sent the request at hand; the rules are in services/identity.py, where callbacks find them, too."""

from flask import Request

from services.identity import user_of as _user_of
from services.identity import writing_program
from settings.settings import Settings

_READS = ("GET", "HEAD", "OPTIONS")


def user_of(request: Request, settings: Settings) -> str | None:
    """The user whom a trusted proxy names in `request`."""
    return _user_of(request.headers, request.remote_addr, settings)


def guard(request: Request, settings: Settings) -> None:
    """Lets reads pass; a write under /api raises `SignInNeeded` or `ReadOnly` where the settings forbid it."""
    if request.method not in _READS:
        writing_program(request.headers, request.remote_addr, settings)
