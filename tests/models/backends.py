"""The backends behind one interface, each on a real server: what a test of the contract needs besides the store."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from flask import Flask
from werkzeug.serving import make_server

import api.edge.request_log
import api.routes
from domain.errors.records import ConflictThere
from domain.messages import Text
from mlflow_api.client import MlflowApi
from mlflow_api.registry.registry import MlflowRegistry
from mlflow_api.registry.versions import Version
from services.connect import connect
from services.registry.http_store import HttpModelStore
from services.registry.mlflow_store import MlflowModelStore
from services.registry.model_store import ModelStore
from services.registry.registered_models import RegisteredModels
from services.registry.team_models import TeamModels
from services.registry.version_files.policy_cache import PolicyFile
from settings.settings import Settings
from tests.models.model_server import ModelServer
from tests.models.registered_model import RegisteredModel
from tests.tracking import Tracking
from transport.http_client import JsonService

REFUSAL = "Its policy has 3 inputs, not 9."


def no_file(version: Version) -> PolicyFile:
    """Returns an empty file: for a store whose files no test reads."""
    return PolicyFile.of(b"")


class Backend(Protocol):
    """Holds a store, and the means to fill its backend."""

    store: ModelStore

    def add(self, **fields: Any) -> str:
        """Adds another model past the store; returns its id."""

    def change(self, model_id: str, field: str, value: Any) -> None:
        """Changes a detail of a model past the store."""

    def refuse(self, model_id: str) -> None:
        """Makes this model's policy invalid from now on."""


class HttpBackend:
    """Uses the model server."""

    def __init__(self, server: ModelServer) -> None:
        self.server = server
        self.store: ModelStore = HttpModelStore(JsonService("Model server", server.address))

    def add(self, **fields: Any) -> str:
        return self.server.add(**fields)

    def change(self, model_id: str, field: str, value: Any) -> None:
        self.server.models[model_id][field] = value

    def refuse(self, model_id: str) -> None:
        self.server.refusal = REFUSAL


class MlflowBackend:
    """Uses MLflow's registry, read in pages of three."""

    def __init__(self, tracking: Tracking) -> None:
        self.tracking = tracking
        self.model = RegisteredModel(tracking)
        self.refused: set[str] = set()
        self.while_checking: Callable[[str], object] = lambda model_id: None
        mlflow = MlflowApi(JsonService("MLflow", tracking.address))
        self.registry = MlflowRegistry(mlflow, self.model.name, page_size=3)
        self.store: ModelStore = MlflowModelStore(self.registry, self._check, no_file, lambda run_id: None)

    def add(self, **fields: Any) -> str:
        return self.model.version(_tags(fields))

    def change(self, model_id: str, field: str, value: Any) -> None:
        self.model.tag(model_id, field, str(value))

    def refuse(self, model_id: str) -> None:
        self.refused.add(model_id)

    def _check(self, version: Version, environment: str | None) -> None:
        self.while_checking(version.version)
        if version.version in self.refused:
            raise ConflictThere(Text(REFUSAL))


class TeamBackend(MlflowBackend):
    """Uses two registered models of MLflow behind one store; models are added to them by turns."""

    def __init__(self, tracking: Tracking) -> None:
        super().__init__(tracking)
        self.other = RegisteredModel(tracking)
        mlflow = MlflowApi(JsonService("MLflow", tracking.address))
        self.registered = RegisteredModels(mlflow, self.model.name, [self.other.name])
        self.store = TeamModels(self.registered, self._store_of)
        self._added = 0

    def add(self, **fields: Any) -> str:
        self._added += 1
        model = (self.model, self.other)[self._added % 2]
        return self.registered.ids_of(model.name).id_of(model.version(_tags(fields)))

    def _store_of(self, name: str) -> ModelStore:
        registry, ids = self.registered.registry(name), self.registered.ids_of(name)
        return MlflowModelStore(registry, self._check, no_file, lambda run_id: None, model_name=name, ids=ids)


@contextmanager
def behind_a_clew(backend: MlflowBackend, cache_dir: Path) -> Iterator[MlflowBackend]:
    """Returns the same models as a second Clew reads them, whose model server is a first Clew's API on `backend`."""
    settings = Settings(_env_file=None, mlflow_tracking_uri=backend.tracking.address, cache_dir=cache_dir)  # type: ignore[call-arg,arg-type]
    first = Flask("first")
    api.edge.request_log.register(first)
    api.routes.register(first, connect(settings)._replace(models=backend.store))
    server = make_server("127.0.0.1", 0, first, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    backend.store = HttpModelStore(JsonService("Model server", f"http://127.0.0.1:{server.server_port}"))
    yield backend
    server.shutdown()
    server.server_close()


def _tags(fields: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in fields.items()}
