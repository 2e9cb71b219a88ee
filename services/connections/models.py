"""Wires the team's models from the settings."""

from domain.tracking.vocabulary import Vocabulary
from mlflow_api.artifacts.files import MlflowArtifacts
from mlflow_api.artifacts.signed_addresses import SignedAddresses
from mlflow_api.client import MlflowApi
from services.registry.activations.archive import ActivationArchive
from services.registry.checks.played_environments import EnvironmentSamples
from services.registry.http_store import HttpModelStore
from services.registry.mlflow_model_tags import ModelRunFacts
from services.registry.mlflow_store import MlflowModelStore
from services.registry.model_changes import TokenRenewingStore
from services.registry.model_store import ModelStore, ReadOnlyStore
from services.registry.policy_files import PolicyFiles, PolicyLimits
from services.registry.registered_models import RegisteredModels
from services.registry.team_models import TeamModels
from services.registry.version_files.documents import VersionDocuments
from services.registry.version_models import RunOf
from services.sharing.version_token import VersionToken
from services.tracking.run_store import RunStore
from settings.settings import Settings
from transport.http_client import JsonService


def facts_of(runs: RunStore, vocabulary: Vocabulary) -> RunOf:
    """Returns a lookup of the facts of the run that made a model, by run id."""

    def facts(run_id: str) -> ModelRunFacts | None:
        run = runs.view().get(run_id)
        return None if run is None else ModelRunFacts.of(run, vocabulary)

    return facts


def model_store(settings: Settings, mlflow: MlflowApi, run_of: RunOf, token: VersionToken) -> ModelStore:
    """Returns the model server if one is configured, else MLflow's registry.

    Its changes renew the token, or are refused if Clew is read-only.
    """
    store: ModelStore
    if settings.model_server_url is not None:
        store = HttpModelStore(JsonService(HttpModelStore.name, str(settings.model_server_url).rstrip("/")))
    else:
        store = team_models(settings, mlflow, run_of)
    return ReadOnlyStore(store) if settings.read_only else TokenRenewingStore(store, token)


def team_models(settings: Settings, mlflow: MlflowApi, run_of: RunOf) -> TeamModels:
    """Returns the configured registered models, each with its own store; policy files share limits and a cache."""
    registered, limits = RegisteredModels.of(mlflow, settings), PolicyLimits()
    environments = EnvironmentSamples(settings.environments_file)
    artifacts = MlflowArtifacts(mlflow, SignedAddresses(mlflow, settings.artifact_origins))

    def store_of(name: str) -> MlflowModelStore:
        registry = registered.registry(name)
        files = PolicyFiles(registry, settings.cache_dir / "policies", limits, environments)
        return MlflowModelStore(
            registry,
            files.check,
            files.file,
            run_of,
            known_check=files.known_check,
            remembered=ActivationArchive(registry).catch_up,
            model_name=name,
            ids=registered.ids_of(name),
            documents=VersionDocuments(registry, artifacts),
        )

    return TeamModels(registered, store_of)
