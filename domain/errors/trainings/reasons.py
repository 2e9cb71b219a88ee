"""Why a training waits, and how one ended."""

from domain.messages import Message, Reason, template


class WaitsForSlot(Message):
    """All slots are taken."""

    text = template("waits for a free slot; {busy} of {slots} are taken")
    busy: int
    slots: int


class WaitsForGpus(Message):
    """Too few GPUs are free."""

    text = template("waits for {wanted} free GPUs; {free} are free")
    wanted: int
    free: int


class GpuTakenBy(Message):
    """Another program uses a GPU."""

    text = template("GPU {gpu} is taken by another program ({program})")
    gpu: int
    program: str


class GpusUnknown(Message):
    """It is not known which GPUs are free."""

    text = template("waits, because the GPU monitor does not report which GPUs are free: {reason}")
    reason: Reason


class MoreThanThereIs(Message):
    """It needs more GPUs than this machine has, and would wait forever."""

    text = template("needs {wanted} GPUs, and this machine has {there}; cancel it")
    wanted: int
    there: int


class Held(Message):
    """A user holds it back."""

    text = template("on hold; release it to let it start")


class WaitsForItsTurn(Message):
    """Other trainings are before it in the queue."""

    text = template("{before} before it")
    before: int


class MlflowAway(Message):
    """The training has ended, which MLflow does not know yet."""

    text = template("MLflow does not answer; the result is sent when it does")


class EndedWithCode(Message):
    """The program exited with an error."""

    text = template("ended with exit code {exit_code}")
    exit_code: int


class EndedBySignal(Message):
    """A signal killed the program."""

    text = template("was ended by signal {signal}")
    signal: str


class OutOfMemory(Message):
    """The program was killed for its memory use."""

    text = template("was killed because it took too much memory")


class Lost(Message):
    """Its end was not observed: the machine went down, or its keeper was killed."""

    text = template("ended without a result: the machine went down, or its processes were killed")


class NotLaunched(Message):
    """Its program could not be run."""

    text = template("could not be run: {reason}")
    reason: Reason


class RequestDamaged(Message):
    """The request that MLflow holds is not valid here."""

    text = template("was not run: its request in MLflow is invalid ({reason})")
    reason: Reason


class LoggedNothing(Message):
    """The program succeeded and logged nothing to its run."""

    text = template("it logged nothing here")


class CancelledInQueue(Message):
    """It was cancelled in the queue before it started."""

    text = template("cancelled before it started")


class Stopped(Message):
    """An unknown user stopped it."""

    text = template("was stopped")


class StoppedBy(Message):
    """A user named by the proxy stopped it."""

    text = template("was stopped by {user}")
    user: str


class FolderNotWritten(Message):
    """The training's folder cannot be written."""

    text = template("waits, because its folder cannot be written: {reason}")
    reason: Reason


class MoreSlotsThanThereAre(Message):
    """It needs more slots than TRAINING_SLOTS, and would wait forever."""

    text = template("needs {wanted} slots, and this machine has {there}; cancel it")
    wanted: int
    there: int


class MlflowKeepsItWaiting(Message):
    """It cannot be started while MLflow does not answer."""

    text = template("waits for MLflow: {reason}")
    reason: Reason


class BackendAway(Message):
    """The backend that runs it does not answer."""

    text = template("its backend does not answer: {reason}")
    reason: Reason


class NoCheckpoint(Message):
    """It wrote no checkpoint, or the checkpoint was removed."""

    text = template("there is no checkpoint of it")


class NotOverYet(Message):
    """It has not ended."""

    text = template("it has not ended yet")


class NotOneRun(Message):
    """Its values define several runs, or none."""

    text = template("its values do not describe one run")


class TagUnreadable(Message):
    """A tag's content was not written by a scheduler."""

    text = template("the tag {tag} is not readable")
    tag: str


class MonitorOfAnotherMachine(Message):
    """None of the GPU monitors is on this machine."""

    text = template("none of GPU_MONITOR_URLS is on this machine")


class KeeperEnded(Message):
    """The keeper process ended before it started the program."""

    text = template("its keeper ended at once; see the log")
