"""The list of views, as any worker of this host read it last, and the lookup of views that it does not contain yet."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import TypeAdapter

from domain.views.addresses import normalised
from domain.views.views import View, ViewList
from mlflow_api.schemas import SERVICE
from mlflow_api.views import MlflowViews
from services.failures import Failure
from services.sharing.reading import Reading, past
from services.sharing.snapshot import Snapshot
from services.sharing.value_forms import JsonForm
from services.sharing.version_token import VersionToken
from services.views.address_store import AddressStore
from services.views.view_tags import views_in


class KnownViews(NamedTuple):
    """What is known now: the views (None before the first answer), and the last failure."""

    views: ViewList | None
    as_of: datetime | None
    failure: Failure | None


class ViewStore:
    """The views of one MLflow; `token` notifies the workers of this host of changes."""

    service: Final = SERVICE

    def __init__(
        self,
        mlflow: MlflowViews,
        addresses: AddressStore,
        refresh_seconds: float,
        token: VersionToken,
        folder: Path,
    ) -> None:
        self._mlflow = mlflow
        self._addresses = addresses
        self._snapshot = Snapshot(
            folder,
            "views",
            JsonForm(TypeAdapter(ViewList)),
            self._read,
            service=SERVICE,
            due_after=timedelta(seconds=refresh_seconds / 3),
            token=token,
        )

    def view(self, wait_seconds: float = 0.0) -> KnownViews:
        """Returns what is known; waits up to `wait_seconds` if that is nothing yet, or from before a change."""
        return _known(self._snapshot.view(wait_seconds))

    def fresh(self, wait_seconds: float) -> KnownViews:
        """Returns what MLflow answers to a new request, or what is known if that takes longer than `wait_seconds`.

        Another host's change renews no token here, and the list is one short answer.
        """
        asked_at = datetime.now(UTC)
        return _known(self._snapshot.view(wait_seconds, lambda known: _began(known) < asked_at))

    def find(self, view_id: str, wait_seconds: float) -> View | None:
        """Returns the view with this id as it is now, because its link may have been shared a moment ago."""
        views = self.fresh(wait_seconds).views
        return None if views is None else views.get(view_id)

    def query_of(self, view: View) -> str:
        """Returns the query of a view; raises as `AddressStore.expand` does."""
        return normalised(view.query) if view.query is not None else self._addresses.expand(view.link or "")

    def _read(self, known: Reading[ViewList]) -> ViewList:
        found = views_in(self._mlflow.tags())
        # An identical object need not be written again.
        return known.value if known.value == found and known.value is not None else found


def _began(known: Reading[ViewList]) -> datetime:
    return past(None if known.attempt is None else known.attempt.began_at)


def _known(known: Reading[ViewList]) -> KnownViews:
    return KnownViews(known.value, known.as_of, known.failure)
