"""The operations that are about alerts."""

from typing import Final

from api.described.operation import AS_OF, WRITE, Operation
from domain.alerts.alert import Mute
from domain.alerts.alert_list import AlertList, MuteRequest

ALERTS: Final = (
    Operation("get", "/api/alerts", "What holds now, what was told, mutes", AlertList, (503,), headers=AS_OF),
    Operation(
        "post",
        "/api/alerts/mutes",
        "Has the watcher be silent about something for a time",
        Mute,
        (400, 409, 413, 415, 422, *WRITE),
        body=MuteRequest,
        status=201,
    ),
    Operation("delete", "/api/alerts/mutes/{mute_id}", "Ends a mute before its time", None, (404, *WRITE), status=204),
)
