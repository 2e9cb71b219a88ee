"""What a request does, and whether its sender may do it."""

from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from domain.errors import ClewError, NotYours, ReadOnly
from domain.errors.records import (
    EvaluationOfAnother,
    EvaluationOfAnotherPage,
    MeasuresNothing,
    TokenNeeded,
    UserUnknown,
)


class Access(StrEnum):
    """What a request does: it reads, changes what others see, or makes Clew compute for a while."""

    READ = "read"
    WRITE = "write"
    WORK = "work"


class Requester(NamedTuple):
    """The sender of a request: a user of one of Clew's pages, or a program; `user` is a name that a trusted proxy sent.

    `page` is the secret of one open page; it identifies the sender where no user is known.
    """

    is_page: bool = False
    user: str | None = None
    page: str | None = None
    has_token: bool = False


class AccessRules(Protocol):
    """The settings that decide what is allowed."""

    @property
    def read_only(self) -> bool:
        """Whether every change is refused."""

    @property
    def api_token(self) -> str | None:
        """The token that programs must send; where it is set, only known users may write on pages."""


_READ_ONLY: Final = {Access.WRITE: ReadOnly, Access.WORK: MeasuresNothing}


def refusal(access: Access, requester: Requester, rules: AccessRules) -> ClewError | None:
    """Returns why `requester` may not do this; None where it is allowed."""
    if access is Access.READ:
        return None
    if not requester.is_page and rules.api_token is not None and not requester.has_token:
        return TokenNeeded()
    if rules.read_only:
        return _READ_ONLY[access]()
    # Otherwise an open page would bypass the token.
    if requester.is_page and rules.api_token is not None and requester.user is None:
        return UserUnknown()
    return None


def check(access: Access, requester: Requester, rules: AccessRules) -> None:
    """Raises the error that `refusal` returns, if any."""
    error = refusal(access, requester, rules)
    if error is not None:
        raise error


def not_yours(starter: Requester, requester: Requester) -> NotYours | None:
    """Returns why `requester` may not cancel what `starter` started; None if they are equal, or `starter` is unknown.

    A user name takes precedence over the page: a known user may cancel from another page, and after a reload.
    """
    if starter.user is not None:
        return None if requester.user == starter.user else EvaluationOfAnother(starter.user)
    return EvaluationOfAnotherPage() if starter.page not in (None, requester.page) else None
