"""Stores named views and long addresses in MLflow: as tags of one registered model, and as versions of another.

Experiments' tags are sent with each list of the experiments, which every refresh requests, and runs would appear
among the users' runs. A view is one tag: one write, and MLflow returns all of them at once. Long addresses are
unlimited in number, so each is a version, found by a tag that MLflow's database searches: only the requested one is
read. It is created with all its tags in one call, so it is never incomplete. Both registered models are marked as
prompts, MLflow's term for versioned texts: so they do not appear among the models, and a version needs no file.
"""

from contextlib import suppress
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator

from domain.errors import BadInput, Conflict, NotFound
from mlflow_api.client import MlflowApi
from mlflow_api.registry.versions import Registered, tags_of
from mlflow_api.schemas import validated

VIEWS: Final = "clew-views"
ADDRESSES: Final = "clew-addresses"
MAX_CHARACTERS: Final = 5_000
"""What MLflow's databases accept as a tag's value, in all versions."""
KEPT_SECONDS: Final = 5.0
_PROMPT: Final = "mlflow.prompt.is_prompt"
_TEXT: Final = "mlflow.prompt.text"
_HASH_TAG: Final = "clew.address"
_PLACEHOLDER: Final = "prompt-template"  # the source that MLflow gives to versions without a file
_ABOUT: Final = {
    VIEWS: "The named views of Clew's runs page: each tag is one. Delete it, and they are gone.",
    ADDRESSES: "What short addresses of Clew's pages lead to: each version is one. Delete one, and it leads nowhere.",
}


class _Model(BaseModel):
    registered_model: Registered


class _Version(BaseModel):
    tags: Annotated[dict[str, str], BeforeValidator(tags_of)] = {}


class _Kept(BaseModel):
    model_version: _Version


class _Versions(BaseModel):
    model_versions: list[_Version] = []


class MlflowViews:
    """Reads and writes views; each call raises a `ServiceError`, or MLflow's refusal."""

    def __init__(self, mlflow: MlflowApi) -> None:
        self._mlflow = mlflow

    @property
    def address(self) -> str:
        """The server's address."""
        return self._mlflow.service.url

    def tags(self) -> dict[str, str]:
        """Returns all tags of the views; empty if none was saved yet."""
        try:
            answer = self._mlflow.get_api("registered-models/get", {"name": VIEWS})
        except NotFound:
            return {}
        return validated(_Model, answer).registered_model.tags

    def tag(self, key: str, value: str) -> None:
        """Sets a tag of the views."""
        self._set("registered-models/set-tag", {"name": VIEWS, "key": key, "value": value})

    def untag(self, key: str) -> None:
        """Removes a tag of the views, if it exists."""
        self._mlflow.delete("registered-models/delete-tag", {"name": VIEWS, "key": key})

    def stored_tags(self, key: str) -> list[dict[str, str]]:
        """Returns the tags stored under a hash: several if two processes wrote it at once."""
        # A page waits for this, and holds a thread.
        mlflow = self._mlflow.within(KEPT_SECONDS)
        where = f"name='{ADDRESSES}' and tags.`{_HASH_TAG}`='{key}' and tags.`{_PROMPT}`='true'"
        answer = mlflow.get_api("model-versions/search", {"filter": where, "max_results": 10})
        return [one.tags for one in validated(_Versions, answer).model_versions]

    def keep(self, key: str, tags: dict[str, str]) -> None:
        """Stores these tags under a hash."""
        all_tags = tags | {_HASH_TAG: key, _PROMPT: "true", _TEXT: _ABOUT[ADDRESSES]}
        body = {"name": ADDRESSES, "source": _PLACEHOLDER, "tags": _pairs(all_tags)}
        # Another server may answer 200 without storing anything.
        validated(_Kept, self._set("model-versions/create", body))

    def _set(self, path: str, body: dict[str, Any]) -> Any:
        try:
            return self._mlflow.write(path, body)
        except NotFound:
            self._make(body["name"])
            return self._mlflow.write(path, body)

    def _make(self, name: str) -> None:
        body = {"name": name, "description": _ABOUT[name], "tags": _pairs({_PROMPT: "true"})}
        # Another process created it first; any other cause makes the next write fail.
        with suppress(BadInput, Conflict):
            self._mlflow.post("registered-models/create", body, writes=True)


def _pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]
