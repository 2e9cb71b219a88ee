"""Identifies users and programs of the dashboard, and checks whether they may write; domain/access has the rules."""

from domain.access.identity import Headers, page_requester, program_requester, user_of
from domain.access.rules import Access, Requester, check
from settings.settings import Settings

__all__ = ["Headers", "reader", "user_of", "working_person", "writing_person", "writing_program"]


def reader(headers: Headers, peer: str | None, settings: Settings) -> Requester:
    """Returns the user of the page that sent this request."""
    return page_requester(headers, peer, settings)


def writing_person(headers: Headers, peer: str | None, settings: Settings) -> str | None:
    """Returns the user who changes something on a page; None where the user is unknown and need not be known.

    Raises `ReadOnly`, and `SignInNeeded` where programs need a token and no proxy names the user.
    """
    requester = page_requester(headers, peer, settings)
    check(Access.WRITE, requester, settings)
    return requester.user


def working_person(headers: Headers, peer: str | None, settings: Settings) -> Requester:
    """Returns the user who starts work from a page; raises as `writing_person` does."""
    requester = page_requester(headers, peer, settings)
    check(Access.WORK, requester, settings)
    return requester


def writing_program(headers: Headers, peer: str | None, settings: Settings) -> str | None:
    """Returns the user who changes something under /api, None if unknown; raises `SignInNeeded` and `ReadOnly`."""
    requester = program_requester(headers, peer, settings)
    check(Access.WRITE, requester, settings)
    return requester.user
