"""Encodes requests to the scheduler."""

from collections.abc import Mapping
from typing import Any

import orjson

from domain.errors.trainings.requests import TrainingRefused
from domain.messages import Text


def encoded(body: Mapping[str, Any]) -> bytes:
    """Encodes a request as JSON; raises TrainingRefused for fields that JSON with 64 bits and UTF-8 cannot hold."""
    misfits = {name: misfit for name, value in body.items() if (misfit := _misfit(name, value)) is not None}
    if misfits:
        raise TrainingRefused({name.encode("ascii", "backslashreplace").decode(): why for name, why in misfits.items()})
    return orjson.dumps(dict(body))


def _misfit(name: str, value: object) -> Text | None:
    try:
        orjson.dumps({name: value})
    except orjson.JSONEncodeError as error:
        return Text(error)
    return None
