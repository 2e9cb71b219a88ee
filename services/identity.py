"""Who asks the dashboard, and whether they may change something; the rules are in domain/access, for all processes."""

from domain.access.identity import Headers, page_asker, program_asker, user_of
from domain.access.rules import Access, Asker, check
from settings.settings import Settings

__all__ = ["Headers", "reader", "user_of", "working_person", "writing_person", "writing_program"]


def reader(headers: Headers, peer: str | None, settings: Settings) -> Asker:
    """Returns the reader of the page that sent this request."""
    return page_asker(headers, peer, settings)


def writing_person(headers: Headers, peer: str | None, settings: Settings) -> str | None:
    """Returns the person who changes something on a page, None where that is not known and need not be.

    Raises `ReadOnly`, and `SignInNeeded` where programs need a token and nobody says who this person is.
    """
    asker = page_asker(headers, peer, settings)
    check(Access.WRITE, asker, settings)
    return asker.user


def working_person(headers: Headers, peer: str | None, settings: Settings) -> Asker:
    """Returns the person who has Clew work from a page; raises as `writing_person` does."""
    asker = page_asker(headers, peer, settings)
    check(Access.WORK, asker, settings)
    return asker


def writing_program(headers: Headers, peer: str | None, settings: Settings) -> str | None:
    """Returns who changes something under /api, None where that is not known; raises `SignInNeeded` and `ReadOnly`."""
    asker = program_asker(headers, peer, settings)
    check(Access.WRITE, asker, settings)
    return asker.user
