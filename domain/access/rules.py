"""What a request does, and whether who asks may do it."""

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
    """What a request does: it reads, changes what others see, or has Clew work for a while."""

    READ = "read"
    WRITE = "write"
    WORK = "work"


class Asker(NamedTuple):
    """Who asks: a reader of one of our pages, else a program; `user` where somebody who is trusted says the name.

    `page` is a secret of one open page, by which it is known again where nobody has a name.
    """

    is_page: bool = False
    user: str | None = None
    page: str | None = None
    has_token: bool = False


class AccessRules(Protocol):
    """The settings that decide."""

    @property
    def read_only(self) -> bool:
        """Whether nobody changes anything."""

    @property
    def api_token(self) -> str | None:
        """What programs have to send; on a page, only known users write then."""


_READ_ONLY: Final = {Access.WRITE: ReadOnly, Access.WORK: MeasuresNothing}


def refusal(access: Access, asker: Asker, rules: AccessRules) -> ClewError | None:
    """Returns why `asker` may not do this; None where it is allowed."""
    if access is Access.READ:
        return None
    if not asker.is_page and rules.api_token is not None and not asker.has_token:
        return TokenNeeded()
    if rules.read_only:
        return _READ_ONLY[access]()
    # An open page would else be the way around the token.
    if asker.is_page and rules.api_token is not None and asker.user is None:
        return UserUnknown()
    return None


def check(access: Access, asker: Asker, rules: AccessRules) -> None:
    """Raises what `refusal` returns."""
    error = refusal(access, asker, rules)
    if error is not None:
        raise error


def not_yours(starter: Asker, asker: Asker) -> NotYours | None:
    """Returns why `asker` may not cancel what `starter` started; None where they are one, or the starter is not
    known.

    A name counts before a page: who is known may cancel from another page, and after a reload.
    """
    if starter.user is not None:
        return None if asker.user == starter.user else EvaluationOfAnother(starter.user)
    return EvaluationOfAnotherPage() if starter.page not in (None, asker.page) else None
