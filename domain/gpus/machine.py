"""A GPU host apart from its GPUs: processor load, memory, and the disk of its checkpoints."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from domain.gpus.limits import LONGEST_TEXT, Mib, Percent
from domain.message_data import Coded

_LONGEST_PATH: Final = 4_096
_MAX_CPUS: Final = 100_000
DiskMib = Annotated[float, Field(ge=0, le=2**44)]


class Disk(Coded):
    """The file system of a folder, in MiB: `free` is what a user other than root can still write.

    `error` is why it is unknown, as where a file server does not answer.
    """

    path: str = Field(max_length=_LONGEST_PATH)
    used: DiskMib | None = None
    free: DiskMib | None = None
    total: DiskMib | None = None
    error: str | None = Field(None, max_length=LONGEST_TEXT)


class Machine(BaseModel):
    """A host at one moment: `cpu` in % of all its processors together since the previous sample, memory in MiB.

    `memory_used` is the memory not available to new programs; the kernel's caches are not counted.
    """

    model_config = ConfigDict(frozen=True)

    cpu: Percent | None = None
    cpus: int | None = Field(None, ge=1, le=_MAX_CPUS)
    memory_used: Mib | None = None
    memory_total: Mib | None = None
    disk: Disk | None = None
