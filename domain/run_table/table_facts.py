"""Facts about a table of runs as a whole: its version, when it was read, progress of the first reading."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from domain.message_data import MessageField
from domain.run_table.key_catalogue import KeyCatalogue
from domain.tracking.runs import BadRow


class Progress(BaseModel):
    """Progress of the first full reading: `read` runs of about `about`, None if unknown."""

    model_config = ConfigDict(frozen=True)

    read: int
    about: int | None = None


class TableFacts(BaseModel):
    """Facts about a table as a whole.

    `swept_at` is when the runs were last read in full, `marks` the last state of each experiment. `only_metrics` names
    the metrics that were read, if not all were; `catalogue` then lists all that exist. `over_rest` is why the runs were
    read over REST although there is a database.
    """

    model_config = ConfigDict(frozen=True)

    version: str
    swept_at: datetime
    bad_rows: list[BadRow] = []
    marks: dict[str, list[str]] = {}
    progress: Progress | None = None
    only_metrics: frozenset[str] | None = None
    catalogue: KeyCatalogue | None = None
    over_rest: MessageField | None = None


def facts_now() -> TableFacts:
    """Returns the facts of a table that was read just now."""
    now = datetime.now(UTC)
    return TableFacts(version=now.isoformat(), swept_at=now)
