"""Headers that many responses have, each only if it has a value."""

from collections.abc import Sized
from datetime import datetime

from pydantic import BaseModel


def as_of(moment: datetime | None) -> dict[str, str]:
    """Returns the header with the time of the data: while MLflow is down, responses hold the last known data."""
    return {} if moment is None else {"X-As-Of": moment.isoformat()}


def declared_headers(shape: type[BaseModel]) -> dict[str, str]:
    """Returns the description of each header, by name, for a type whose fields have the headers' names as aliases."""
    return {field.alias or name: field.description or "" for name, field in shape.model_fields.items()}


def bad_rows(rows: Sized) -> dict[str, str]:
    """Returns the header with the number of rows that were left out because they are invalid."""
    return {"X-Bad-Rows": str(len(rows))} if rows else {}
