"""States and failures of trainings on the team's cluster."""

from domain.errors import BadInput
from domain.messages import Message, Reason, template


class QueuedByCluster(Message):
    """The cluster has queued the training; `reason` is its own text."""

    text = template("waits on the cluster: {reason}")
    reason: Reason


class EnoughWaitThere(Message):
    """The training stays in Clew's queue, where its position counts: the cluster's queue has no order."""

    text = template("{waiting} are already waiting on the cluster; it follows them")
    waiting: int


class ClusterFailed(Message):
    """The cluster, not the program, ended the training; `reason` is its own text."""

    text = template("ended by the cluster: {reason}")
    reason: Reason


class NotForAShell(BadInput):
    """A command or a variable contains characters that cannot be passed to a shell."""

    text = template("A value contains characters that a command cannot carry: a null byte or an incomplete character.")


class MlflowOutOfReach(BadInput):
    """The training would look for MLflow on its own node."""

    text = template(
        "The cluster cannot reach MLflow at {url}: set MLFLOW_URL to the address under which its nodes find it."
    )
    url: str
