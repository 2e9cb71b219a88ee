"""What becomes of trainings on the team's cluster, and what keeps them from it."""

from domain.errors import BadInput
from domain.messages import Message, Reason, template


class QueuedByCluster(Message):
    """The cluster has it and has not begun; `reason` is its own."""

    text = template("the cluster has it, and waits: {reason}")
    reason: Reason


class EnoughWaitThere(Message):
    """It stays in Clew's own queue, where its place counts: the cluster's has no order."""

    text = template("{waiting} wait on the cluster already; it follows them")
    waiting: int


class ClusterFailed(Message):
    """The cluster, not the program, ended it; `reason` is its own."""

    text = template("ended by the cluster: {reason}")
    reason: Reason


class NotForAShell(BadInput):
    """A command or a variable that no shell can be given."""

    text = template("A value holds what no command can: a zero byte, or half of a character.")


class MlflowOutOfReach(BadInput):
    """The training would look for MLflow on its own node."""

    text = template(
        "The cluster cannot reach MLflow at {url}: set MLFLOW_URL to the address under which its nodes find it."
    )
    url: str
