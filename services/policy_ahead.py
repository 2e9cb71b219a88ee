"""Checks the policy that somebody looks at before it is asked for, so that activating it takes no second check."""

import logging
import threading

from domain.errors import ClewError
from services.model_store import ModelStore

log = logging.getLogger(__name__)


class PolicyAhead:
    """One check at a time in the background; who comes meanwhile is not served: it is a courtesy."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        self._lock = threading.Lock()

    def look_at(self, model_id: str) -> None:
        """Starts the check of this model and returns at once."""
        if self._lock.acquire(blocking=False):
            threading.Thread(target=self._look, args=(model_id,), name="policy-ahead", daemon=True).start()

    def _look(self, model_id: str) -> None:
        try:
            self._store.policy(model_id)
        except ClewError as error:  # said where it matters: when the model is to be activated
            log.debug("looked at a policy ahead", extra={"model": model_id, "cause": str(error)})
        finally:
            self._lock.release()
