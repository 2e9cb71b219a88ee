"""Which runs an address asks to compare."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


def parse_run_ids(text: str | None) -> tuple[list[str], int]:
    """Returns the run ids in a comma list, each once, in order; and how many entries cannot be one."""
    entries = [entry.strip() for entry in (text or "").split(",") if entry.strip()]
    ids = [entry for entry in dict.fromkeys(entries) if is_run_id(entry)]
    return ids, sum(not is_run_id(entry) for entry in entries)


class Compared(BaseModel):
    """What an address asks to compare: run ids, each once, how many entries were none, and options that were odd."""

    model_config = ConfigDict(frozen=True)

    runs: Annotated[list[str], AfterValidator(lambda ids: list(dict.fromkeys(ids)))] = []
    malformed: int = 0
    odd: list[str] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was asked for."""
        return not (self.runs or self.malformed or self.odd)


def is_run_id(text: str) -> bool:
    """Returns whether `text` can be a run id at all.

    MLflow's are 32 hexadecimal digits, other stores use words and dashes.
    """
    return re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text) is not None
