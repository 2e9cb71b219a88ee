"""Texts of alerts: one sentence for each event."""

from domain.errors import Name
from domain.messages import Message, Reason, template


class Somebody(Message):
    """Stands in for an unknown user name."""

    text = template("an unknown user")


class RunFinished(Message):
    """A run finished."""

    text = template("{run} ({experiment}) has finished.")
    run: str
    experiment: str


class RunFinishedWith(Message):
    """A run finished with this value."""

    text = template("{run} ({experiment}) has finished, with {metric} {value}.")
    run: str
    experiment: str
    metric: str
    value: str


class RunHasFailed(Message):
    """A run failed."""

    text = template("{run} ({experiment}) has failed.")
    run: str
    experiment: str


class RunDiverged(Message):
    """A metric of a run is no longer finite."""

    text = template("{run} ({experiment}) diverged: {metrics} is not a finite number, at step {step} or before.")
    run: str
    experiment: str
    metrics: str
    step: int


class RunStalled(Message):
    """A running run has logged nothing for ten times its usual interval."""

    text = template("{run} ({experiment}) has logged nothing for {minutes} min; it used to every {usual} s.")
    run: str
    experiment: str
    minutes: int
    usual: int


class RunSilent(Message):
    """A running run has logged nothing for a while; its usual interval is not known."""

    text = template("{run} ({experiment}) has logged nothing for {minutes} min.")
    run: str
    experiment: str
    minutes: int


class BestBeaten(Message):
    """A finished run is the best so far."""

    text = template("{run} ({experiment}) is the best so far: {metric} {value}, previously {former}.")
    run: str
    experiment: str
    metric: str
    value: str
    former: str


class TrainingQueued(Message):
    """A training waits in the queue."""

    text = template("{run} has waited in the queue for {minutes} min.")
    run: str
    minutes: int


class ModelActivated(Message):
    """A model was activated in place of another one."""

    text = template("{by} made {model} active, replacing {former}.")
    model: str
    former: str
    by: Name


class ModelActivatedFirst(Message):
    """A model was activated; none was active before, or the former one is not known."""

    text = template("{by} made {model} active.")
    model: str
    by: Name


class ModelWasDeleted(Message):
    """A model was deleted, and can be restored."""

    text = template("The model {model} was deleted.")
    model: str


class RunWasDeleted(Message):
    """A run was moved to the trash."""

    text = template("{by} deleted the run {run} ({experiment}).")
    run: str
    experiment: str
    by: Name


class PurgeIsDue(Message):
    """Deleted runs or models have reached their retention time."""

    text = template("Deleted long enough ago to be removed for good: {runs} runs, {models} models.")
    runs: int
    models: int


class GpuIsLost(Message):
    """A GPU is off the bus, or its calls fail."""

    text = template("{host}: GPU {gpu} ({name}) is lost. {reason}")
    host: str
    gpu: str
    name: str
    reason: Reason


class GpusNotReadable(Message):
    """The driver of a host reports none of its GPUs."""

    text = template("{host}: its GPUs cannot be read. {reason}")
    host: str
    reason: Reason


class GpuTooHot(Message):
    """A GPU has reached the temperature at which it slows down."""

    text = template("{host}: GPU {gpu} ({name}) is at {celsius} °C; at {limit} °C it slows down.")
    host: str
    gpu: str
    name: str
    celsius: int
    limit: int


class GpuReservedIdle(Message):
    """A process holds memory of a GPU without using it."""

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
    """A service answers again."""

    text = template("{name} answers again, after {minutes} min.")
    name: Name
    minutes: int


class DiskNearlyFull(Message):
    """A disk is nearly full."""

    text = template("{host}: the disk of {folder} is nearly full; {free} of {total} GiB are free.")
    host: str
    folder: str
    free: int
    total: int
