"""The runs that an address requests to compare."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


def parse_run_ids(text: str | None) -> tuple[list[str], int]:
    """Returns the run ids in a comma-separated list, each once, in order; and the number of malformed entries."""
    entries = [entry.strip() for entry in (text or "").split(",") if entry.strip()]
    ids = [entry for entry in dict.fromkeys(entries) if is_run_id(entry)]
    return ids, sum(not is_run_id(entry) for entry in entries)


class Compared(BaseModel):
    """A requested comparison: distinct run ids, the number of malformed ones, and invalid options."""

    model_config = ConfigDict(frozen=True)

    runs: Annotated[list[str], AfterValidator(lambda ids: list(dict.fromkeys(ids)))] = []
    malformed: int = 0
    odd: list[str] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing was requested."""
        return not (self.runs or self.malformed or self.odd)


def is_run_id(text: str) -> bool:
    """Returns whether `text` can be a run id.

    MLflow's are 32 hexadecimal digits, other stores use words and dashes.
    """
    return re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text) is not None
