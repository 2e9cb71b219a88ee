"""Why a training waits, and how one ended."""

from domain.messages import Message, Reason, template


class WaitsForSlot(Message):
    """All slots are taken."""

    text = template("waits for a free slot; {busy} of {slots} are taken")
    busy: int
    slots: int


class WaitsForGpus(Message):
    """Not as many GPUs are free as it needs."""

    text = template("waits for {wanted} free GPUs; {free} are free")
    wanted: int
    free: int


class GpuTakenBy(Message):
    """Another program computes on a GPU."""

    text = template("GPU {gpu} is taken by another program ({program})")
    gpu: int
    program: str


class GpusUnknown(Message):
    """Nobody tells which GPUs are free."""

    text = template("waits, because the GPU monitor does not say which GPUs are free: {reason}")
    reason: Reason


class MoreThanThereIs(Message):
    """It needs more than this machine has, and would wait for ever."""

    text = template("needs {wanted} GPUs, and this machine has {there}; cancel it")
    wanted: int
    there: int


class Held(Message):
    """A person keeps it from starting."""

    text = template("held; release it to let it start")


class WaitsForItsTurn(Message):
    """Others are before it."""

    text = template("{before} before it")
    before: int


class MlflowAway(Message):
    """Its end is known, and not yet told to MLflow."""

    text = template("MLflow does not answer; it is told when it does again")


class EndedWithCode(Message):
    """The program ended by itself, and not well."""

    text = template("ended with exit code {exit_code}")
    exit_code: int


class EndedBySignal(Message):
    """Something killed the program."""

    text = template("was ended by signal {signal}")
    signal: str


class OutOfMemory(Message):
    """The program was killed for its memory."""

    text = template("was killed because it took too much memory")


class Lost(Message):
    """Nobody saw it end: the machine went down, or its keeper was killed."""

    text = template("ended unseen: the machine went down, or its processes were killed")


class NotLaunched(Message):
    """Its program could not be run."""

    text = template("could not be run: {reason}")
    reason: Reason


class RequestDamaged(Message):
    """What MLflow keeps of the request is none that may run here."""

    text = template("was not run: what MLflow keeps of its request does not fit ({reason})")
    reason: Reason


class LoggedNothing(Message):
    """The program ended well and wrote nothing to its run."""

    text = template("it logged nothing here")


class CancelledInQueue(Message):
    """It was taken out of the queue before it started."""

    text = template("cancelled before it started")


class Stopped(Message):
    """A person stopped it; nobody knows who."""

    text = template("was stopped")


class StoppedBy(Message):
    """A person whom the proxy names stopped it."""

    text = template("was stopped by {user}")
    user: str


class FolderNotWritten(Message):
    """The disk takes nothing."""

    text = template("waits, because its folder cannot be written: {reason}")
    reason: Reason


class MoreSlotsThanThereAre(Message):
    """It needs more slots than TRAINING_SLOTS says, and would wait for ever."""

    text = template("needs {wanted} slots, and this machine has {there}; cancel it")
    wanted: int
    there: int


class MlflowKeepsItWaiting(Message):
    """It cannot be started while MLflow does not answer."""

    text = template("waits for MLflow: {reason}")
    reason: Reason


class BackendAway(Message):
    """The place where it runs, or is to run, does not answer."""

    text = template("what runs it does not answer: {reason}")
    reason: Reason


class NoCheckpoint(Message):
    """It wrote no checkpoint, or that is gone."""

    text = template("there is no checkpoint of it")


class NotOverYet(Message):
    """It has not ended."""

    text = template("it is not over yet")


class NotOneRun(Message):
    """Its values make several runs, or none."""

    text = template("its values do not make one run")


class TagUnreadable(Message):
    """A tag holds nothing that a scheduler wrote."""

    text = template("the tag {tag} is not readable")
    tag: str


class MonitorOfAnotherMachine(Message):
    """None of the GPU monitors is on this machine."""

    text = template("none of GPU_MONITOR_URLS is on this machine")


class KeeperEnded(Message):
    """What was to start its program ended before it did."""

    text = template("its keeper ended at once; the log says why")


class NotATrainingAction(Message):
    """What was asked for is nothing that can be done with a training in the queue."""

    text = template("should be one of: {actions}")
    actions: str


class NotACount(Message):
    """A number in an address is none, or too large."""

    text = template("should be a whole number from 0 to {most}")
    most: int
