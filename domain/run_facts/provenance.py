"""A run's origin, from MLflow's own tags: its user, program and commit."""

from collections.abc import Mapping
from typing import Final, NamedTuple, Self

INTERNAL: Final = "mlflow."
"""The prefix of tags that MLflow and its clients write."""
_COMMITS: Final = ("mlflow.source.git.commit", "mlflow.databricks.gitRepoCommit")
_BRANCHES: Final = ("mlflow.source.git.branch", "mlflow.gitBranch", "mlflow.databricks.gitRepoReference")
_REPOSITORIES: Final = ("mlflow.source.git.repoURL", "mlflow.gitRepoURL", "mlflow.databricks.gitRepoUrl")


class Provenance(NamedTuple):
    """The texts of tags, None where there is none; `is_dirty` is None where it is not recorded."""

    user: str | None = None
    source: str | None = None
    source_type: str | None = None
    entry_point: str | None = None
    commit: str | None = None
    branch: str | None = None
    repository: str | None = None
    is_dirty: bool | None = None

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> Self:
        """Reads a run's tags; an empty one counts as missing."""
        dirty = _first(tags, "mlflow.source.git.dirty")
        return cls(
            user=_first(tags, "mlflow.user"),
            source=_first(tags, "mlflow.source.name"),
            source_type=_first(tags, "mlflow.source.type"),
            entry_point=_first(tags, "mlflow.project.entryPoint"),
            commit=_first(tags, *_COMMITS),
            branch=_first(tags, *_BRANCHES),
            repository=_first(tags, *_REPOSITORIES),
            is_dirty=None if dirty is None else dirty.strip().lower() == "true",
        )


def _first(tags: Mapping[str, str], *keys: str) -> str | None:
    return next((tags[key] for key in keys if tags.get(key, "").strip()), None)
