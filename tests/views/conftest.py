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
    """Runs a Clew on a host of its own."""

    views: TeamViews

    def ask(self, verb: ViewVerb, by: str | None = "kim", **fields: object) -> ViewResult:
        """Requests a change of a view, with a new id if none is given."""
        fields.setdefault("id", secrets.token_hex(8))
        return self.views.changes.make(ViewRequest.model_validate({"verb": verb, **fields}), by)

    def saved(self, name: str, query: str = "runs=a,b&axis=episodes", by: str | None = "kim") -> View:
        """Saves a new view."""
        view = self.ask(ViewVerb.SAVE, by, name=name, query=query).view
        assert view is not None
        return view

    def names(self) -> list[str]:
        """Returns the names that its list shows."""
        known = self.views.store.fresh(WAITS)
        assert known.views is not None
        return [view.name for view in known.views.views]


@pytest.fixture
def without_views(tracking: Tracking) -> Iterator[Tracking]:
    """Returns the MLflow, in which no view or short address has been saved yet."""
    forget(tracking)
    yield tracking
    forget(tracking)


def forget(tracking: Tracking) -> None:
    """Deletes the views that MLflow holds."""
    for name in (VIEWS, ADDRESSES):
        address = f"{tracking.address}/api/2.0/mlflow/registered-models/delete"
        answer = requests.delete(address, json={"name": name}, timeout=20)
        assert answer.status_code in (200, 404), answer.text


def host_on(address: str, folder: Path) -> Host:
    """Returns a host whose cache is in `folder`."""
    return Host(TeamViews.of(MlflowApi(JsonService("MLflow", address)), folder, 1.0, WAITS))


@pytest.fixture
def host(without_views: Tracking, tmp_path: Path) -> Host:
    """Returns a host."""
    return host_on(without_views.address, tmp_path / "host")


@pytest.fixture
def other_host(without_views: Tracking, tmp_path: Path) -> Host:
    """Returns another host of the same team."""
    return host_on(without_views.address, tmp_path / "other_host")
