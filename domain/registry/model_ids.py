"""The ids of models that are versions of registered models: one id for each version of each of them."""

import re
from typing import Final, NamedTuple

_VERSION: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)  # as MLflow numbers them; others it answers with 400 or 500
_BETWEEN: Final = ":"  # no name of a registered model holds one


class VersionIds(NamedTuple):
    """How versions of one registered model are called: "3" of the first one, "cartpole:3" of any other."""

    name: str | None = None
    """None for the first one."""

    def id_of(self, version: str) -> str:
        """Returns the id of a version."""
        return version if self.name is None else f"{self.name}{_BETWEEN}{version}"

    def version_of(self, model_id: str) -> str | None:
        """Returns the version that has this id; None where none of this registered model can have it."""
        name, _between, version = model_id.rpartition(_BETWEEN)
        return version if name == (self.name or "") and _is_of(name, model_id) and _VERSION.fullmatch(version) else None


def name_in(model_id: str) -> str | None:
    """Returns the registered model that an id names; None where it is a version of the first one, or no id."""
    return model_id.rpartition(_BETWEEN)[0] or None


def _is_of(name: str, model_id: str) -> bool:
    """Returns whether an id is of that name; one of no name has no colon."""
    return bool(name) or _BETWEEN not in model_id
