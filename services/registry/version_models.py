"""Reads the versions of one registered model of MLflow as models of Clew."""

from collections.abc import Callable
from typing import NamedTuple

from pydantic import ValidationError

from domain.errors import BadResponse
from domain.errors.answers import ModelField
from domain.errors.misfits import misfit_of
from domain.errors.models.records import ModelNotFound
from domain.registry.model_ids import VersionIds
from domain.registry.models import Model, ModelList, in_order
from domain.tracking.runs import BadRow
from mlflow_api.registry.registry import MlflowRegistry
from mlflow_api.registry.versions import Registered, Version
from mlflow_api.schemas import SERVICE
from services.registry.mlflow_model_tags import ModelRunFacts, model_of
from services.registry.version_files.documents import VersionDocuments

RunOf = Callable[[str], ModelRunFacts | None]


class VersionModels(NamedTuple):
    """The models that are versions of the registered model `name`, by the ids that `ids` give them.

    `run_of` returns what is known of a version's run; `documents` reads the files in a version's folder, None to leave
    them unread.
    """

    registry: MlflowRegistry
    run_of: RunOf
    name: str | None
    ids: VersionIds
    documents: VersionDocuments | None

    def all(self) -> ModelList:
        """Returns all models, deleted ones included; a version that does not fit is counted among the bad rows."""
        registered = self.registry.registered()
        versions, bad = self.registry.versions()
        models: list[Model] = []
        for version in versions:
            try:
                models.append(self._model(version, registered).in_a_list())
            except ValidationError as error:
                field, cause = misfit_of(error)
                bad.append(BadRow(row=self.ids.id_of(version.version), field=field, cause=cause))
        return ModelList(models=in_order(models), bad_rows=bad, names=[] if self.name is None else [self.name])

    def version_of(self, model_id: str) -> Version:
        """Reads the version with this id from MLflow; raises ModelNotFound."""
        version = self.ids.version_of(model_id)
        if version is None:
            raise ModelNotFound(repr(model_id[:40]))
        return self.version(version)

    def version(self, number: str) -> Version:
        """Reads the version with this number from MLflow; raises ModelNotFound."""
        try:
            return self.registry.version(number)
        except ModelNotFound as error:
            raise ModelNotFound(self.ids.id_of(number)) from error

    def checked(self, version: Version, registered: Registered) -> Model:
        """Returns a version as a model; raises BadResponse for one that does not fit."""
        try:
            return self._model(version, registered)
        except ValidationError as error:
            field, misfit = misfit_of(error)
            raise BadResponse(SERVICE, ModelField(self.ids.id_of(version.version), field), misfit) from error

    def complete(self, version: Version, registered: Registered) -> Model:
        """Returns a version as a model, with what only the files in its folder hold; raises BadResponse."""
        model = self.checked(version, registered)
        return model if self.documents is None else self.documents.complete(version, model)

    def complete_from_files(self, version: Version, registered: Registered) -> Model:
        """Returns the same as `complete`, but reads the files now, whatever was read before."""
        model = self.checked(version, registered)
        return model if self.documents is None else self.documents.completed_from_files(version, model)

    def _model(self, version: Version, registered: Registered) -> Model:
        run = self.run_of(version.run_id) if version.run_id else None
        return model_of(version, run, registered, self.name, self.ids)
