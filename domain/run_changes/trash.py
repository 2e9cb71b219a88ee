"""Runs in the trash, as their page lists them."""

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.tracking.runs import RunStatus

MAX_LISTED = 1_000


class TrashedRun(BaseModel):
    """A deleted run; `deleted_by` and `deleted_at` are None if another program deleted it. `models` were made from it.

    `parent_id` is the run with which it was deleted and is restored. `is_purged` is set once its purge has begun.
    """

    model_config = ConfigDict(frozen=True)

    run_id: str
    name: str
    experiment: str
    status: RunStatus
    started_at: AwareDatetime | None = None
    deleted_at: AwareDatetime | None = None
    deleted_by: str | None = None
    parent_id: str | None = None
    models: list[str] = []
    is_purged: bool = False


class Trash(BaseModel):
    """The runs in the trash, last deleted first; `is_cut` where there are more than are listed."""

    model_config = ConfigDict(frozen=True)

    runs: list[TrashedRun] = []
    is_cut: bool = False
