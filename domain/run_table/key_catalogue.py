"""The metrics that there are, for a table that does not hold the values of all of them."""

import numpy as np
from pydantic import BaseModel, ConfigDict

from domain.run_table.columns import KeyCounts


class KeyCatalogue(BaseModel):
    """The `names` of metrics, in order, and in how many `runs` each was logged."""

    model_config = ConfigDict(frozen=True)

    names: tuple[str, ...]
    runs: tuple[int, ...]

    def counts(self) -> KeyCounts:
        """Returns the same as columns."""
        return KeyCounts(self.names, np.array(self.runs, np.int64))
