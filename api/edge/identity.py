"""The sender of the current request; the rules are in domain/access, for all processes."""

from flask import Request, g, request

from domain.access.identity import page_requester
from domain.access.identity import user_of as _user_of
from domain.access.rules import Access, refusal
from settings.settings import Settings


def user_of(request: Request, settings: Settings) -> str | None:
    """Returns the user that a trusted proxy names in `request`."""
    return _user_of(request.headers, request.remote_addr, settings)


def store_refusals(settings: Settings) -> None:
    """Stores what the sender of this page request may not do, so that the page's buttons can show it."""
    requester = page_requester(request.headers, request.remote_addr, settings)
    g.refusals = {access: refusal(access, requester, settings) for access in Access}
