"""The ids of models that are versions of registered models: one id for each version."""

import re
from typing import Final, NamedTuple

# MLflow's version numbers; it answers others with 400 or 500
_VERSION: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_BETWEEN: Final = ":"  # never part of a registered model's name


class VersionIds(NamedTuple):
    """The ids of a registered model's versions: "3" for the first registered model, "cartpole:3" for others."""

    name: str | None = None
    """None for the first registered model."""

    def id_of(self, version: str) -> str:
        """Returns the id of a version."""
        return version if self.name is None else f"{self.name}{_BETWEEN}{version}"

    def version_of(self, model_id: str) -> str | None:
        """Returns the version that has this id; None if it is not of this registered model."""
        name, _between, version = model_id.rpartition(_BETWEEN)
        return version if name == (self.name or "") and _is_of(name, model_id) and _VERSION.fullmatch(version) else None


def name_in(model_id: str) -> str | None:
    """Returns the registered model that an id names; None if it is a version of the first one, or no id."""
    return model_id.rpartition(_BETWEEN)[0] or None


def _is_of(name: str, model_id: str) -> bool:
    """Returns whether an id has that name; an id of the first model has no colon."""
    return bool(name) or _BETWEEN not in model_id
