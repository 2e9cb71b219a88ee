"""The services for named views and short addresses of one MLflow."""

from pathlib import Path
from typing import NamedTuple, Self

from mlflow_api.client import MlflowApi
from mlflow_api.views import MlflowViews
from services.sharing.shared_file import cache_folder
from services.sharing.version_token import VersionToken
from services.views.address_store import AddressStore
from services.views.opening import ViewOpener
from services.views.view_changes import ViewChanges
from services.views.view_store import ViewStore


class TeamViews(NamedTuple):
    """The services that list views, change them, and resolve addresses."""

    store: ViewStore
    changes: ViewChanges
    addresses: AddressStore
    opening: ViewOpener

    @classmethod
    def of(cls, mlflow: MlflowApi, cache_dir: Path, refresh_seconds: float, patience_seconds: float) -> Self:
        """Builds the services for this MLflow; the workers of this host share what they know in `cache_dir`."""
        folder = cache_folder(cache_dir, mlflow.service.url)
        token = VersionToken(folder / "views-changed")
        calls = MlflowViews(mlflow)
        addresses = AddressStore(calls, folder / "addresses")
        store = ViewStore(calls, addresses, refresh_seconds, token, folder)
        return cls(
            store, ViewChanges(calls, addresses, token), addresses, ViewOpener(store, addresses, patience_seconds)
        )
