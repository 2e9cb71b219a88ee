"""The tags by which a training lies in MLflow. They are the queue: MLflow's own status only displays them.

Whoever reads them takes them for a stranger's: anybody may have written there.
"""

from typing import Final

SCHEDULER: Final = "clew.scheduler"
"""Whose training it is: the id of a scheduler, which no other one touches."""
HOST: Final = "clew.training.host"
"""The machine of that scheduler, for people."""
REQUEST: Final = "clew.training.request"
"""JSON of `StoredRequest`: trainer and values. Its presence makes a run a training."""
REQUEST_ID: Final = "clew.training.request_id"
"""The id that the page or program gave its request, with the run's number in it: what is sent twice is started once."""
STATE: Final = "clew.training.state"
"""A `TrainingState`."""
BY: Final = "clew.training.by"
"""Who started it."""
PLACE: Final = "clew.training.place"
"""Where it stands in the queue: a number, the least is first."""
ATTEMPT: Final = "clew.training.attempt"
"""How often it was launched: 1 for the first."""
STARTED_AT: Final = "clew.training.started_at"
"""Unix ms of the launch, from which durations count: MLflow's start_time is when it was asked for."""
STOPPED_BY: Final = "clew.training.stopped_by"
"""Who asked it to stop; its presence makes any end a KILLED one."""
EXIT_CODE: Final = "clew.training.exit_code"
OUTCOME: Final = "clew.training.outcome"
"""JSON of a message of `domain.errors.trainings.reasons`: how it ended."""
LOG_TAIL: Final = "clew.training.log_tail"
"""The last 50 lines of its log, up to 5,000 characters."""
PARENT: Final = "mlflow.parentRunId"
"""The training that it was forked from."""
