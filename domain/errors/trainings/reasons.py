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

    text = template("{before} are before it")
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
