"""Named views: the saved state of a page under a team's name, and the default views of experiments."""

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.tracking.runs import BadRow
from domain.views.addresses import EXPERIMENT, MAX_CHARACTERS, first, parsed

MAX_VIEWS: Final = 500
LONGEST_NAME: Final = 200
_LONGEST_EXPERIMENT: Final = 500  # MLflow's own limit
_LONGEST_USER: Final = 200

ViewId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


def _seen(name: str) -> str:
    if not any(letter.isprintable() and not letter.isspace() for letter in name):
        raise ValueError("nothing of the name can be seen")
    return name


ViewName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME), AfterValidator(_seen)
]
ExperimentName = Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST_EXPERIMENT)]


class StoredView(BaseModel):
    """A view as it is stored: its query, or the short form under which a long query is stored.

    Fields of later versions are kept when it is renamed.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    name: ViewName
    query: str | None = Field(None, max_length=MAX_CHARACTERS)
    link: str | None = Field(None, pattern=r"^[0-9a-f]{32}$")
    experiment: str | None = Field(None, max_length=_LONGEST_EXPERIMENT)
    by: str | None = Field(None, max_length=_LONGEST_USER)
    at: AwareDatetime

    @model_validator(mode="after")
    def _check_target(self) -> Self:
        if (self.query is None) == (self.link is None):
            raise ValueError("a view has either a query or a link")
        return self


class View(StoredView):
    """A view with its id; `revision` changes with every write."""

    id: ViewId
    revision: str


class StoredDefault(BaseModel):
    """The default view of an experiment, and who set it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    experiment: ExperimentName
    view: ViewId
    by: str | None = Field(None, max_length=_LONGEST_USER)
    at: AwareDatetime


class ViewList(BaseModel):
    """All views by name, the default view of each experiment, and what could not be read."""

    model_config = ConfigDict(frozen=True)

    views: list[View] = []
    defaults: dict[str, str] = {}
    bad_rows: list[BadRow] = []

    def get(self, view_id: str) -> View | None:
        """Returns the view with this id."""
        return next((view for view in self.views if view.id == view_id), None)

    def named(self, name: str) -> View | None:
        """Returns the view with this name; the newest, if several users created it at once."""
        return max((view for view in self.views if view.name == name), key=lambda view: view.at, default=None)

    def default_of(self, experiment: str) -> View | None:
        """Returns the default view of this experiment."""
        return self.get(self.defaults.get(experiment, ""))

    def opens(self, view_id: str) -> list[str]:
        """Returns the experiments with this default view."""
        return sorted(experiment for experiment, opened in self.defaults.items() if opened == view_id)


def experiment_of(query: str) -> str | None:
    """Returns the experiment that a query filters by, if it can be one's name."""
    named = first(parsed(query), EXPERIMENT)
    return named if named and len(named) <= _LONGEST_EXPERIMENT else None


def in_order(views: Mapping[str, View]) -> list[View]:
    """Sorts views by name, ignoring case."""
    return sorted(views.values(), key=lambda view: (view.name.casefold(), view.name, view.id))
