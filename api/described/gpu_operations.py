"""The operations on GPUs."""

from typing import Final

from api.described.operation import STORE, Operation
from api.fleet.usage import Usage, UsageQuery

_FIELDS: Final = UsageQuery.model_fields
GPUS: Final = (
    Operation(
        "get",
        "/api/gpus/usage",
        "Who had how much of the GPUs in a span of time: hours, energy, utilisation, hours reserved and idle",
        Usage,
        (400, 404, 422, *STORE),
        query={name: field.description or "" for name, field in _FIELDS.items()},
        kinds={
            "range": {"type": "string", "enum": ["1h", "1d", "7d"]},
            "since_ms": {"type": "integer", "minimum": 0, "maximum": 2**53},
            "until_ms": {"type": "integer", "minimum": 0, "maximum": 2**53},
            "by": {"type": "string", "enum": ["gpu", "host", "owner", "run", "experiment"]},
        },
    ),
)
