"""MLflow's model registry over REST for one registered model: its versions, its alias, their tags."""

from contextlib import suppress
from typing import Any

from pydantic import BaseModel, ValidationError

from domain.errors import BadInput, Conflict, NotFound
from domain.errors.misfits import misfit_of
from domain.errors.models.records import ModelNotFound
from domain.registry.models import ALIAS, archive_of
from domain.tracking.runs import BadRow
from mlflow_api.client import CALL_SECONDS, MlflowApi
from mlflow_api.registry.versions import Registered, Version
from mlflow_api.schemas import SERVICE, validated
from transport.http_client import Download

# The server's maximum per page.
_PAGE = 1_000
ALL_VERSIONS_SECONDS = 60.0
# MLflow may have to download the file from a bucket first, and sends nothing meanwhile.
FILE_SECONDS = 30.0


class _Page(BaseModel):
    model_versions: list[Any] = []
    next_page_token: str = ""


class _One(BaseModel):
    model_version: Version


class _Model(BaseModel):
    registered_model: Registered


class MlflowRegistry:
    """The registered model `name`; every call raises a `ServiceError`, or `NotFound`."""

    def __init__(self, mlflow: MlflowApi, name: str, page_size: int = _PAGE) -> None:
        self._mlflow = mlflow
        self._name = name
        self._page_size = page_size

    def registered(self) -> Registered:
        """Returns aliases and tags; empty if the model is not registered yet."""
        try:
            return validated(
                _Model, self._mlflow.get_api("registered-models/get", {"name": self._name})
            ).registered_model
        except NotFound:
            return Registered()

    def versions(self) -> tuple[list[Version], list[BadRow]]:
        """Returns every version, from all pages, and the invalid rows."""
        found: list[Version] = []
        bad: list[BadRow] = []
        token = ""
        query: dict[str, Any] = {
            "filter": "name='{}'".format(self._name.replace("'", "''")),
            "max_results": self._page_size,
        }
        # MLflow's default order is by last change, and its tokens count rows: a version that is edited while the
        # pages are read would move to a page that was read before, and be missed.
        query["order_by"] = "version_number ASC"
        # Endless pages, for example, must not block the caller for ever.
        mlflow = self._mlflow.within(ALL_VERSIONS_SECONDS, each_seconds=CALL_SECONDS)
        while True:
            query["page_token"] = token
            page = validated(_Page, mlflow.get_api("model-versions/search", query))
            for raw in page.model_versions:
                try:
                    found.append(Version.model_validate(raw))
                except ValidationError as error:
                    bad.append(_bad_row(raw, error))
            token = page.next_page_token
            if not token:
                return found, bad

    def version(self, version: str) -> Version:
        """Returns one version; raises `NotFound`, also for an invalid version number."""
        try:
            answer = self._mlflow.get_api("model-versions/get", {"name": self._name, "version": version})
        except (BadInput, NotFound) as error:
            raise ModelNotFound(version) from error
        return validated(_One, answer).model_version

    def point_at(self, version: str) -> None:
        """Points the alias at this version: one write, so there is no moment without an active model."""
        body = {"name": self._name, "alias": ALIAS, "version": version}
        self._mlflow.write("registered-models/alias", body)

    def tag_version(self, version: str, key: str, value: str) -> None:
        """Sets a tag of a version."""
        body = {"name": self._name, "version": version, "key": key, "value": value}
        self._mlflow.write("model-versions/set-tag", body)

    def untag_version(self, version: str, key: str) -> None:
        """Removes a tag of a version, if it has it."""
        self._mlflow.delete("model-versions/delete-tag", {"name": self._name, "version": version, "key": key})

    def tag_model(self, key: str, value: str) -> None:
        """Sets a tag of the registered model."""
        self._mlflow.post("registered-models/set-tag", {"name": self._name, "key": key, "value": value}, writes=True)

    def untag_model(self, key: str) -> None:
        """Removes a tag of the registered model, if it has it."""
        self._mlflow.delete("registered-models/delete-tag", {"name": self._name, "key": key})

    def archive_tag(self, key: str, value: str) -> None:
        """Sets a tag of the registered model that archives this one's old data; creates it if needed."""
        body = {"name": archive_of(self._name), "key": key, "value": value}
        try:
            self._mlflow.write("registered-models/set-tag", body)
        except NotFound:
            self._make_archive()
            self._mlflow.write("registered-models/set-tag", body)

    def _make_archive(self) -> None:
        body = {
            "name": archive_of(self._name),
            "description": f"Who made which version of {self._name} active: what is older than its newest activations,"
            " some together in a tag. Clew writes them here, and reads them nowhere.",
        }
        # Another process created it first; any other cause makes the next write fail.
        with suppress(BadInput, Conflict):
            self._mlflow.post("registered-models/create", body, writes=True)

    def delete_version(self, version: str) -> None:
        """Deletes a version for good; MLflow silently drops an alias to it, so check that first."""
        self._mlflow.delete("model-versions/delete", {"name": self._name, "version": version})

    @property
    def address(self) -> str:
        """The name of the registered model and its server."""
        return f"{self._mlflow.service.url} {self._name}"

    def file(self, version: str, path: str, most_bytes: int, known_etag: str | None = None) -> Download:
        """Returns a version's file through the tracking server, so that no bucket's credentials are needed here."""
        query = {"name": self._name, "version": version, "path": path}
        mlflow = self._mlflow.within(FILE_SECONDS)
        return mlflow.download("/model-versions/get-artifact", query, most_bytes, known_etag)

    def has_run(self, run_id: str) -> bool:
        """Returns whether the run exists, and is not deleted."""
        try:
            self._mlflow.run(run_id, {})
        except NotFound:
            return False
        return True


def _bad_row(raw: object, error: ValidationError) -> BadRow:
    name = str(raw.get("version", "?")) if isinstance(raw, dict) else "?"
    field, cause = misfit_of(error)
    return BadRow(row=f"{SERVICE} {name[:40]}", field=field, cause=cause)
