"""The scheduler's settings, from the environment or `.env`: those of the dashboard, and its own."""

import socket
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from domain.errors import BadInput
from domain.errors.records import InvalidArgument
from domain.hosts import TrustedHosts, hosts_answered
from domain.messages import Text
from domain.trainings.trainer import Trainer
from domain.trainings.trainers_file import MAX_BYTES, read_trainers
from domain.wrong_settings import wrong_settings
from scheduler.ray_jobs.settings import RayJobsSettings
from sockets.origins import read_origins


def trainers_in(path: Path) -> list[Trainer]:
    """Returns the trainers of a TOML file; raises BadInput."""
    try:
        with path.open("rb") as file:
            return read_trainers(file.read(MAX_BYTES).decode())
    except OSError as error:
        raise InvalidArgument(Text(f"The file of trainers cannot be read: {error.strerror}.")) from error
    except UnicodeDecodeError as error:
        raise InvalidArgument(Text("The file of trainers is no UTF-8 text.")) from error


def _checked(path: Path | None) -> Path | None:
    try:
        if path is not None:
            trainers_in(path)
    except BadInput as error:
        raise ValueError(str(error).removesuffix(".")) from error
    return path


def _listing_origins(listed: str) -> str:
    read_origins(listed)
    return listed


class SchedulerSettings(RayJobsSettings):
    """What can be trained here, how much at a time, and who may watch."""

    scheduler_max_viewers: int = Field(
        100,
        ge=1,
        le=900,
        description="The number of viewers of trainings at a time; further ones are refused with Retry-After.",
    )
    training_slots: int = Field(
        1, ge=1, le=64, description="The number of trainings without GPUs of their own that run here at a time."
    )
    trainings_file: Annotated[Path | None, BeforeValidator(lambda path: path or None), AfterValidator(_checked)] = (
        Field(None, description="A TOML file with your own programs that train; see docs/training.md.")
    )
    training_restart: bool = Field(
        False, description="Whether a training continues from its checkpoint by itself after the machine went down."
    )
    training_memory_gb: float = Field(
        0, ge=0, le=100_000, description="The memory limit of each process of a training in GB; 0: no limit."
    )
    training_files_max_bytes: int = Field(
        20 * 2**30,
        ge=2**20,
        description="Bytes of logs and checkpoints in STATE_DIR; those of the oldest ended trainings are removed "
        "first.",
    )
    training_nice: int = Field(
        5, ge=0, le=19, description="The niceness of trainings, 0 to 19, so that other programs have priority."
    )
    allowed_origins: Annotated[str, AfterValidator(_listing_origins)] = Field(
        "", description="Origins whose pages may watch, as the GPU monitor reads them."
    )

    @property
    def hosts_answered(self) -> TrustedHosts:
        """The host names under which requests are answered."""
        return hosts_answered(self.trusted_hosts, self.scheduler_host)

    @property
    def folder(self) -> Path:
        """The folder for its identity and the trainings' files."""
        return self.state_dir.absolute() / "scheduler"

    @property
    def machine(self) -> str:
        """The name of this machine."""
        return socket.gethostname()

    @property
    def memory_bytes(self) -> int | None:
        """The memory limit of a training's process."""
        return int(self.training_memory_gb * 10**9) or None


def read_settings() -> SchedulerSettings:
    """Reads the settings; raises BadInput with a sentence for each wrong one.

    Its name, its value, what would be right.
    """
    try:
        return SchedulerSettings()
    except ValidationError as error:
        raise wrong_settings(error) from error
