"""Renames, deletes and restores runs, and lists those in the trash."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator

from domain.errors import BadResponse
from mlflow_api.client import CALL_SECONDS
from mlflow_api.registry.registry import MlflowRegistry
from mlflow_api.run_writes import RunWrites, StoredRun, stored_run
from mlflow_api.schemas import RunPage, validated

_PAGE: Final = 200
# Runs per query: gunicorn in front of MLflow limits lines to 4,094 bytes.
_PIECE: Final = 50
_ALL_SECONDS: Final = 60.0
_VIEWS: Final = {True: "DELETED_ONLY", False: "ACTIVE_ONLY", None: "ALL"}


class MadeVersion(BaseModel):
    """A version of a registered model, and the run that it came from."""

    name: str
    version: Annotated[str, BeforeValidator(str)]
    run_id: str


class _Versions(BaseModel):
    model_versions: list[MadeVersion] = []
    next_page_token: str = ""


class RunTrashCalls(RunWrites):
    """The calls for the trash; each raises a `ServiceError`, `NotFound`, or MLflow's refusal."""

    def restore(self, run_id: str) -> None:
        """Restores the run; it may be restored already."""
        self._mlflow.write("runs/restore", {"run_id": run_id})

    def children(self, run_id: str, experiment_ids: Sequence[str], most: int) -> Iterator[StoredRun]:
        """Yields up to `most` runs of these experiments whose parent is this one, in the trash or not."""
        return self.runs(experiment_ids, f"tags.`mlflow.parentRunId` = '{run_id}'", most, deleted=None)

    def runs(
        self, experiment_ids: Sequence[str], where: str, most: int, *, deleted: bool | None
    ) -> Iterator[StoredRun]:
        """Yields the newest `most` runs that match MLflow's filter: those in the trash, the others, or all."""
        mlflow, token, left = self._mlflow.within(_ALL_SECONDS, each_seconds=CALL_SECONDS), "", most
        while experiment_ids and left > 0:
            body: dict[str, Any] = {"experiment_ids": list(experiment_ids), "filter": where}
            body |= {"max_results": min(_PAGE, left), "run_view_type": _VIEWS[deleted]}
            body |= {"order_by": ["attributes.start_time DESC"]} | ({"page_token": token} if token else {})
            page = validated(RunPage, mlflow.post("runs/search", body))
            for raw in page.runs:
                left -= 1
                try:
                    yield stored_run(raw)
                except BadResponse:
                    continue
            token = page.next_page_token
            if not token:
                return

    def versions_of(self, run_ids: Sequence[str]) -> list[MadeVersion]:
        """Returns every version of any registered model that came from these runs."""
        pieces = (run_ids[start : start + _PIECE] for start in range(0, len(run_ids), _PIECE))
        return [made for piece in pieces for made in self._versions_of_some(piece)]

    def _versions_of_some(self, run_ids: Sequence[str]) -> list[MadeVersion]:
        """Returns the versions of as many runs as fit into an address."""
        named = ", ".join(f"'{run_id}'" for run_id in run_ids)
        query: dict[str, Any] = {"filter": f"run_id IN ({named})", "max_results": _PAGE, "page_token": ""}
        found: list[MadeVersion] = []
        while True:
            page = validated(_Versions, self._mlflow.get_api("model-versions/search", query))
            found += page.model_versions
            query["page_token"] = page.next_page_token
            if not page.next_page_token:
                return found

    def versions_by_run(self, run_ids: Sequence[str]) -> dict[str, list[MadeVersion]]:
        """Returns the versions of any number of runs, by run."""
        found: dict[str, list[MadeVersion]] = {}
        for made in self.versions_of(run_ids):
            found.setdefault(made.run_id, []).append(made)
        return found

    def is_active(self, made: MadeVersion) -> bool:
        """Returns whether the alias of its registered model points at this version now."""
        return MlflowRegistry(self._mlflow, made.name).registered().active == made.version
