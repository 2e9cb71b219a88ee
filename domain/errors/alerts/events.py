"""What the team is told: a sentence for each event."""

from domain.errors import Name
from domain.messages import Message, Reason, template


class Somebody(Message):
    """In the place of a name that nobody knows."""

    text = template("somebody")


class RunFinished(Message):
    """A run ended well."""

    text = template("{run} ({experiment}) has finished.")
    run: str
    experiment: str


class RunFinishedWith(Message):
    """A run ended well, and came to this."""

    text = template("{run} ({experiment}) has finished, with {metric} {value}.")
    run: str
    experiment: str
    metric: str
    value: str


class RunHasFailed(Message):
    """A run ended badly."""

    text = template("{run} ({experiment}) has failed.")
    run: str
    experiment: str


class RunDiverged(Message):
    """A metric of a run is no finite number any more."""

    text = template("{run} ({experiment}) diverged: {metrics} is no finite number, at step {step} or before.")
    run: str
    experiment: str
    metrics: str
    step: int


class RunStalled(Message):
    """A run says that it runs, and has been silent for ten times its own usual interval."""

    text = template("{run} ({experiment}) has logged nothing for {minutes} min; it used to every {usual} s.")
    run: str
    experiment: str
    minutes: int
    usual: int


class RunSilent(Message):
    """A run says that it runs, and has been silent; how often it logs is not known."""

    text = template("{run} ({experiment}) has logged nothing for {minutes} min.")
    run: str
    experiment: str
    minutes: int


class BestBeaten(Message):
    """A finished run is the best so far."""

    text = template("{run} ({experiment}) is the best so far: {metric} {value}, before {former}.")
    run: str
    experiment: str
    metric: str
    value: str
    former: str


class TrainingQueued(Message):
    """A training waits for its turn."""

    text = template("{run} has waited in the queue for {minutes} min.")
    run: str
    minutes: int


class ModelActivated(Message):
    """Another model serves."""

    text = template("{by} made {model} active, in the place of {former}.")
    model: str
    former: str
    by: Name


class ModelActivatedFirst(Message):
    """A model serves where none did, or nobody knows which."""

    text = template("{by} made {model} active.")
    model: str
    by: Name


class ModelWasDeleted(Message):
    """A model was deleted, and can be restored."""

    text = template("The model {model} was deleted.")
    model: str


class RunWasDeleted(Message):
    """A run was put in the trash."""

    text = template("{by} deleted the run {run} ({experiment}).")
    run: str
    experiment: str
    by: Name


class PurgeIsDue(Message):
    """What was deleted has been kept for as long as the settings say."""

    text = template("Deleted long enough ago to be removed for good: {runs} runs, {models} models.")
    runs: int
    models: int


class GpuIsLost(Message):
    """A GPU fell off the bus, or its calls fail."""

    text = template("{host}: GPU {gpu} ({name}) is lost. {reason}")
    host: str
    gpu: str
    name: str
    reason: Reason


class GpusNotReadable(Message):
    """A host's driver tells of none of its GPUs."""

    text = template("{host}: its GPUs cannot be read. {reason}")
    host: str
    reason: Reason


class GpuTooHot(Message):
    """A GPU is as hot as where it slows down."""

    text = template("{host}: GPU {gpu} ({name}) is at {celsius} °C; at {limit} °C it slows down.")
    host: str
    gpu: str
    name: str
    celsius: int
    limit: int


class GpuReservedIdle(Message):
    """Memory of a GPU is held by a process that does not use it."""

    text = template("{host}: GPU {gpu} ({name}) is reserved by {owner}, and idle.")
    host: str
    gpu: str
    name: str
    owner: Name


class ServiceIsDown(Message):
    """A service does not answer."""

    text = template("{name} does not answer: {reason}")
    name: Name
    reason: Reason


class ServiceIsBack(Message):
    """A service that did not answer does."""

    text = template("{name} answers again, after {minutes} min.")
    name: Name
    minutes: int


class DiskNearlyFull(Message):
    """A disk takes little more."""

    text = template("{host}: the disk of {folder} is nearly full; {free} of {total} GiB are free.")
    host: str
    folder: str
    free: int
    total: int


class SeveralAlerts(Message):
    """The heading of a message that tells several things at once."""

    text = template("{count} things happened")
    count: int


class StillMore(Message):
    """What a message leaves out of them."""

    text = template("and {count} more")
    count: int


class NotDelivered(Message):
    """A message did not arrive."""

    text = template("it was not delivered: {reason}")
    reason: Reason


class NotDeliveredInTime(Message):
    """A receiver takes longer than it may."""

    text = template("no answer came within {seconds} s")
    seconds: int
