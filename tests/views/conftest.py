"""Two hosts, each with its own cache, on one real MLflow that has no views yet."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from domain.views.changes import ViewRequest, ViewResult, ViewVerb
from domain.views.views import View
from mlflow_api.client import MlflowApi
from mlflow_api.views import ADDRESSES, VIEWS
from services.views.team_views import TeamViews
from tests.tracking import Tracking
from transport.http_client import JsonService

WAITS = 30.0


class Host(NamedTuple):
    """A Clew on a host of its own."""

    views: TeamViews

    def ask(self, verb: ViewVerb, by: str | None = "kim", **asked: object) -> ViewResult:
        """Asks for a change, of a view of a new id where none is said."""
        asked.setdefault("id", secrets.token_hex(8))
        return self.views.changes.make(ViewRequest.model_validate({"verb": verb, **asked}), by)

    def saved(self, name: str, query: str = "runs=a,b&axis=episodes", by: str | None = "kim") -> View:
        """Saves a new view."""
        view = self.ask(ViewVerb.SAVE, by, name=name, query=query).view
        assert view is not None
        return view

    def names(self) -> list[str]:
        """What its list shows when somebody opens it."""
        known = self.views.store.fresh(WAITS)
        assert known.views is not None
        return [view.name for view in known.views.views]


@pytest.fixture
def without_views(tracking: Tracking) -> Iterator[Tracking]:
    """The MLflow, in which nobody has saved a view or shortened an address yet."""
    forget(tracking)
    yield tracking
    forget(tracking)


def forget(tracking: Tracking) -> None:
    """Deletes what MLflow keeps of views."""
    for name in (VIEWS, ADDRESSES):
        address = f"{tracking.address}/api/2.0/mlflow/registered-models/delete"
        answer = requests.delete(address, json={"name": name}, timeout=20)
        assert answer.status_code in (200, 404), answer.text


def host_on(address: str, folder: Path) -> Host:
    """A host whose cache lies in `folder`."""
    return Host(TeamViews.of(MlflowApi(JsonService("MLflow", address)), folder, 1.0, WAITS))


@pytest.fixture
def here(without_views: Tracking, tmp_path: Path) -> Host:
    """A host."""
    return host_on(without_views.address, tmp_path / "here")


@pytest.fixture
def there(without_views: Tracking, tmp_path: Path) -> Host:
    """Another host of the same team."""
    return host_on(without_views.address, tmp_path / "there")
