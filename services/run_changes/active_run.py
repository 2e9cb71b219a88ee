"""Restores the run of a model that is activated, if it is in the trash."""

import logging

from domain.errors import ClewError
from domain.registry.measurements import AnyMeasurement
from domain.registry.models import Activation, Model
from services.registry.model_store import ModelStore, ReadingStore
from services.run_changes.team_runs import TeamRuns

log = logging.getLogger(__name__)


class RunRestoringStore(ReadingStore):
    """A store whose activations restore the model's run from the trash."""

    def __init__(self, store: ModelStore, runs: TeamRuns) -> None:
        super().__init__(store)
        self._runs = runs

    def of(self, name: str | None) -> ModelStore:
        """Returns a store of that name that also keeps runs."""
        return RunRestoringStore(self._store.of(name), self._runs)

    def activate(self, model_id: str, *, by: str | None = None, reason: str | None = None) -> Activation:
        """Activates in the store; a later failure does not fail the activation, and the trash page shows such a run."""
        done = self._store.activate(model_id, by=by, reason=reason)
        try:
            run_id = self._store.get(model_id).run_id
            if run_id is not None:
                self._runs.keep_for(run_id, model_id, by)
        except ClewError as error:
            log.warning("whether the active model's run is there is not known", extra={"cause": str(error)})
        return done

    def delete(self, model_id: str) -> None:
        """Delegates to the store."""
        self._store.delete(model_id)

    def restore(self, model_id: str) -> Model:
        """Delegates to the store."""
        return self._store.restore(model_id)

    def record(self, model_id: str, measurement: AnyMeasurement) -> None:
        """Delegates to the store."""
        self._store.record(model_id, measurement)

    def sign(self, model_id: str, signature: str) -> None:
        """Delegates to the store."""
        self._store.sign(model_id, signature)
