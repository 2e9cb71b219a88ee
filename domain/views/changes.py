"""A user's request to change a view, and its result."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.message_data import MessageField
from domain.views.addresses import MAX_CHARACTERS
from domain.views.views import ExperimentName, View, ViewId, ViewName

Revision = Annotated[str, StringConstraints(max_length=64)]


class ViewVerb(StrEnum):
    """What to do with the view."""

    SAVE = "save"
    REPLACE = "replace"
    RENAME = "rename"
    DELETE = "delete"
    SET_DEFAULT = "set_default"
    UNSET_DEFAULT = "unset_default"


_NEEDS = {
    ViewVerb.SAVE: ("name", "query"),
    ViewVerb.REPLACE: ("query", "revision"),
    ViewVerb.RENAME: ("name", "revision"),
    ViewVerb.DELETE: ("revision",),
    ViewVerb.SET_DEFAULT: ("experiment",),
    ViewVerb.UNSET_DEFAULT: ("experiment",),
}


class ViewRequest(BaseModel):
    """A request; the page generates the `id` of a new view, so that a request sent twice saves it once.

    `revision` is the one that the page read: a view that another user changed since is not overwritten.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    verb: ViewVerb
    id: ViewId
    name: ViewName | None = None
    query: str | None = Field(None, max_length=MAX_CHARACTERS)
    revision: Revision | None = None
    experiment: ExperimentName | None = None
    is_confirmed: bool = False

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        missing = [name for name in _NEEDS[self.verb] if getattr(self, name) is None]
        if missing:
            raise ValueError(f"{self.verb} needs {', '.join(missing)}")
        return self


class LinkRequest(BaseModel):
    """A request for the short form of an address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query: str = Field(max_length=MAX_CHARACTERS)


class ViewOutcome(StrEnum):
    """The outcome of a request; `ASKED` if it needs a confirmation."""

    DONE = "done"
    REFUSED = "refused"
    NOT_KNOWN = "not_known"
    ASKED = "asked"


class ViewResult(BaseModel):
    """The result: the view as it is now or was, or why nothing was done, or the view that needs a confirmation."""

    model_config = ConfigDict(frozen=True)

    outcome: ViewOutcome
    view: View | None = None
    cause: MessageField | None = None
