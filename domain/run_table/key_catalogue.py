"""The catalogue of metrics, for a table that does not hold the values of all of them."""

import numpy as np
from pydantic import BaseModel, ConfigDict

from domain.run_table.columns import KeyCounts


class KeyCatalogue(BaseModel):
    """The sorted `names` of metrics, and in how many `runs` each was logged."""

    model_config = ConfigDict(frozen=True)

    names: tuple[str, ...]
    runs: tuple[int, ...]

    def counts(self) -> KeyCounts:
        """Returns the catalogue as columns."""
        return KeyCounts(self.names, np.array(self.runs, np.int64))
