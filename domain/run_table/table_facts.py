"""What is known of a table of runs as a whole: its version, when it was read, how far the reading has come."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from domain.message_data import MessageField
from domain.run_table.key_catalogue import KeyCatalogue
from domain.tracking.runs import BadRow


class Progress(BaseModel):
    """How far the first full reading has come: `read` runs of `about` so many, where somebody knows."""

    model_config = ConfigDict(frozen=True)

    read: int
    about: int | None = None


class TableFacts(BaseModel):
    """What is known of a table as a whole.

    `swept_at` is when the runs were last read in full, `marks` what each experiment last said of itself.
    `only_metrics` names the metrics that were read, where not all were, and `catalogue` then has those that there are.
    `over_rest` is why they came over REST though there is a database to read.
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
    """Makes those of a table that was read in this moment."""
    now = datetime.now(UTC)
    return TableFacts(version=now.isoformat(), swept_at=now)
