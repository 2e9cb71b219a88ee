"""The GPU monitor's settings, from the environment or `.env`."""

import socket
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.hosts import TRUSTED_HOSTS_MEANING, TrustedHosts, hosts_answered, listing_hosts
from domain.wrong_settings import wrong_settings
from sockets.origins import read_origins


def _listing_origins(listed: str) -> str:
    read_origins(listed)
    return listed


class GpuMonitorSettings(BaseSettings):
    """Where the monitor listens, how often it samples, and who may watch."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    gpu_monitor_host: str = Field(
        "127.0.0.1", description="Address the GPU monitor binds to; 0.0.0.0 if browsers of other machines connect."
    )
    gpu_monitor_port: int = Field(8001, ge=1, le=65535, description="Port of the GPU monitor.")
    gpu_sample_seconds: float = Field(2, ge=0.5, le=4, description="Seconds between two samples of the GPUs, 0.5 to 4.")
    gpu_log_seconds: float = Field(
        0, ge=0, le=3600, description="The interval of log lines for each GPU, in seconds; 0: every sample."
    )
    gpu_max_viewers: int = Field(
        200, ge=1, le=900, description="The number of viewers at a time; further ones are refused with Retry-After."
    )
    allowed_origins: Annotated[str, AfterValidator(_listing_origins)] = Field(
        "",
        description="Origins whose pages may connect, such as https://clew.example.com, as a comma list; * is any. "
        "Empty: pages of loopback hosts, and pages with the host name of the request itself.",
    )
    trusted_hosts: Annotated[str, AfterValidator(listing_hosts)] = Field("", description=TRUSTED_HOSTS_MEANING)
    gpu_demo: bool = Field(
        False, description="Whether to play an example session, which is not measured, instead of reading GPUs."
    )
    gpu_host_name: str = Field("", description="The host's name on the page. Empty: the machine's name.")
    gpu_extended: bool = Field(
        False, description="Whether to read ECC errors, PCIe and NVLink rates as well; they take 40 ms for each GPU."
    )
    gpu_disk_folder: Path = Field(
        Path("."),
        description="A folder whose disk is reported together with the GPUs: where trainings keep their checkpoints.",
    )
    gpu_sys_path: Path = Field(
        Path("/sys"),
        description="The machine's /sys, which lists the GPUs of each vendor, if a container has it elsewhere.",
    )
    gpu_history_hours: float = Field(
        24,
        ge=0,
        le=7 * 24,
        description="For how many hours the monitor records means of 20 s, for teams without Prometheus; 0: none.",
    )
    state_dir: Path = Field(
        Path("var"), description="The folder of this history, gpu-history.sqlite, of at most 64 MiB."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The lowest level that is logged."
    )

    @property
    def host_name(self) -> str:
        """The host's name: as set, else the machine's own."""
        return self.gpu_host_name or socket.gethostname()

    @property
    def history_file(self) -> Path:
        """The path of the history file."""
        return self.state_dir / "gpu-history.sqlite"

    @property
    def hosts_answered(self) -> TrustedHosts:
        """The host names under which requests are answered."""
        return hosts_answered(self.trusted_hosts, self.gpu_monitor_host)


def read_settings() -> GpuMonitorSettings:
    """Reads the settings; raises BadInput with a sentence for each wrong one.

    Its name, its value, what would be right.
    """
    try:
        return GpuMonitorSettings()
    except ValidationError as error:
        raise wrong_settings(error) from error
