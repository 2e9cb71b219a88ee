"""A registered model of its own on the shared MLflow, filled as a training would."""

import uuid
from collections.abc import Mapping

from tests.tracking import Tracking


class RegisteredModel:
    """Creates the registered model `name`, without versions."""

    def __init__(self, tracking: Tracking) -> None:
        self._tracking = tracking
        self.name = f"maze-{uuid.uuid4().hex[:10]}"
        tracking.post("registered-models/create", {"name": self.name})

    def version(self, tags: Mapping[str, str] | None = None) -> str:
        """Registers another version; returns its id."""
        pairs = [{"key": key, "value": value} for key, value in (tags or {}).items()]
        body = {"name": self.name, "source": "s3://nowhere/model", "tags": pairs}
        return str(self._tracking.post("model-versions/create", body)["model_version"]["version"])

    def tag(self, version: str, key: str, value: str) -> None:
        """Sets a tag of a version past Clew."""
        body = {"name": self.name, "version": version, "key": key, "value": value}
        self._tracking.post("model-versions/set-tag", body)

    def tag_model(self, key: str, value: str) -> None:
        """Sets a tag of the registered model past Clew."""
        self._tracking.post("registered-models/set-tag", {"name": self.name, "key": key, "value": value})
