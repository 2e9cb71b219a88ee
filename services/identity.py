"""Identifies users and programs of the dashboard, and checks whether they may write; domain/access has the rules."""

from domain.access.identity import Headers, page_asker, program_asker, user_of
from domain.access.rules import Access, Asker, check
from settings.settings import Settings

__all__ = ["Headers", "reader", "user_of", "working_person", "writing_person", "writing_program"]


def reader(headers: Headers, peer: str | None, settings: Settings) -> Asker:
    """Returns the user of the page that sent this request."""
    return page_asker(headers, peer, settings)


def writing_person(headers: Headers, peer: str | None, settings: Settings) -> str | None:
    """Returns the user who changes something on a page; None where the user is unknown and need not be known.

    Raises `ReadOnly`, and `SignInNeeded` where programs need a token and no proxy names the user.
    """
    asker = page_asker(headers, peer, settings)
    check(Access.WRITE, asker, settings)
    return asker.user


def working_person(headers: Headers, peer: str | None, settings: Settings) -> Asker:
    """Returns the user who starts work from a page; raises as `writing_person` does."""
    asker = page_asker(headers, peer, settings)
    check(Access.WORK, asker, settings)
    return asker


def writing_program(headers: Headers, peer: str | None, settings: Settings) -> str | None:
    """Returns the user who changes something under /api, None if unknown; raises `SignInNeeded` and `ReadOnly`."""
    asker = program_asker(headers, peer, settings)
    check(Access.WRITE, asker, settings)
    return asker.user
