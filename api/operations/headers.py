"""Headers that many answers have, each where there is something to say."""

from collections.abc import Sized
from datetime import datetime


def as_of(moment: datetime | None) -> dict[str, str]:
    """Says as of when the answer is: while MLflow is away, what was known is answered."""
    return {} if moment is None else {"X-As-Of": moment.isoformat()}


def bad_rows(rows: Sized) -> dict[str, str]:
    """Returns how many rows are left out because they do not fit."""
    return {"X-Bad-Rows": str(len(rows))} if rows else {}
