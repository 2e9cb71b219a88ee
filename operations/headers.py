"""Headers that many answers have, each where there is something to say."""

from collections.abc import Sized
from datetime import datetime

from pydantic import BaseModel


def as_of(moment: datetime | None) -> dict[str, str]:
    """Says as of when the answer is: while MLflow is away, what was known is answered."""
    return {} if moment is None else {"X-As-Of": moment.isoformat()}


def declared_headers(shape: type[BaseModel]) -> dict[str, str]:
    """Returns the name and the description of each header of a type whose fields have the headers' names as alias."""
    return {field.alias or name: field.description or "" for name, field in shape.model_fields.items()}


def bad_rows(rows: Sized) -> dict[str, str]:
    """Returns how many rows are left out because they do not fit."""
    return {"X-Bad-Rows": str(len(rows))} if rows else {}
