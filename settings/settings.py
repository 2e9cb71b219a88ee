"""The dashboard's settings: one class, every field from the environment (or `.env`), every field described."""

from ipaddress import IPv4Network, IPv6Network
from os import environ
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.access.settings import (
    TRUSTED_PROXIES,
    ApiToken,
    ProxyNetworks,
    ProxySecret,
    ReadOnlySwitch,
    UserHeader,
    networks,
)
from domain.hosts import TRUSTED_HOSTS_MEANING
from domain.secrets import proxy_passwords, secrets_in
from domain.tracking.vocabulary import DEFAULT, Vocabulary
from domain.url_settings import OptionalUrl
from settings.gpu_addresses import GpuMonitorAddress, read_addresses
from settings.setting_types import (
    FrameAncestors,
    HostList,
    MonitorList,
    Port,
    SocketUrl,
    StoreUri,
    Vocabularies,
    read_vocabulary,
)


class Settings(BaseSettings):
    """Where Clew listens, whom it asks, and how often. Field `refresh_seconds` is the variable `REFRESH_SECONDS`."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    host: str = Field("127.0.0.1", description="Address the dashboard binds to; loopback unless you say otherwise.")
    port: Port = Field(8050, description="Port of the dashboard.")
    web_workers: int = Field(2, ge=1, le=64, description="gunicorn worker processes of the dashboard.")
    web_threads: int = Field(
        8,
        ge=1,
        le=64,
        description="Pages, and beside them callbacks, that each worker answers at a time; half as many reads of the "
        "API, and a quarter each of policy files, changes and checks of health.",
    )
    dash_requests_pathname_prefix: str = Field(
        "/",
        pattern=r"^/(.*/)?$",
        description="Sub-path under which a reverse proxy shows Clew, such as /clew/; the proxy strips it.",
    )
    mlflow_tracking_uri: OptionalUrl = Field(
        None, description="The team's MLflow, such as https://mlflow.example.com. Empty: `make run` starts one."
    )
    mlflow_host: Literal["127.0.0.1", "0.0.0.0"] = Field(
        "127.0.0.1", description="Address the embedded MLflow binds to; 0.0.0.0 shows its own UI to other machines."
    )
    mlflow_port: Port = Field(5050, description="Port of the embedded MLflow.")
    mlflow_url: OptionalUrl = Field(
        None, description="MLflow's address as a browser can open it, where that differs from the one above."
    )
    mlflow_tracking_username: str | None = Field(None, description="User name, where MLflow asks for one.")
    mlflow_tracking_password: str | None = Field(None, description="Password to that user name.", repr=False)
    mlflow_tracking_token: str | None = Field(None, description="Bearer token, where MLflow asks for one.", repr=False)
    model_name: str = Field("clew-maze", description="The registered model whose versions are the team's models.")
    model_server_url: OptionalUrl = Field(
        None, description="The team's model server, such as http://models:8080. Empty: MLflow's registry keeps them."
    )
    model_retention_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="Deleted models are kept this long; `python -m services.registry.purge` removes them.",
    )
    inference_ui_url: OptionalUrl = Field(
        None, description="Where “Try it” leads, such as the team's own page. Empty: Clew's own inference page."
    )
    gpu_monitor_host: str = Field(
        "127.0.0.1", description="Address the GPU monitor binds to; 0.0.0.0 where browsers of other machines watch."
    )
    gpu_monitor_port: Port = Field(8001, description="Port of the GPU monitor.")
    gpu_monitor_urls: MonitorList = Field(
        "",
        description="The team's GPU monitors, as a comma list of name=url, such as trainer-1=http://trainer-1:8001, or "
        "name=url|wss://… where a browser needs another address. Empty: `make run` starts one.",
        repr=False,
    )
    inference_host: str = Field(
        "127.0.0.1", description="Address the inference engine binds to; 0.0.0.0 where other machines watch."
    )
    inference_port: Port = Field(8002, description="Port of the inference engine.")
    inference_ws_url: SocketUrl = Field(
        "",
        description="The socket of the team's own inference server as browsers open it, such as "
        "wss://models.example.com/ws/inference. Empty: `make run` starts an engine.",
        repr=False,
    )
    scheduler_host: str = Field(
        "127.0.0.1", description="Address the scheduler of trainings binds to; 0.0.0.0 where other machines watch."
    )
    scheduler_port: Port = Field(8003, description="Port of the scheduler of trainings.")
    scheduler_url: OptionalUrl = Field(
        None,
        description="The team's scheduler of trainings, such as http://trainer-1:8003. Empty: `make run` starts one.",
    )
    scheduler_ws_url: SocketUrl = Field(
        "",
        description="The scheduler's sockets as browsers open them, without what follows /ws/training, such as "
        "wss://clew.example.com/ws/training. Empty: as SCHEDULER_URL and the page's own address allow.",
        repr=False,
    )
    read_only: ReadOnlySwitch = False
    api_token: ApiToken = None
    trusted_user_header: UserHeader = None
    trusted_proxies: ProxyNetworks = TRUSTED_PROXIES
    trusted_proxy_secret: ProxySecret = None
    trusted_hosts: HostList = Field("", description=TRUSTED_HOSTS_MEANING)
    frame_ancestors: FrameAncestors = Field(
        "self",
        description="Who may show Clew in a frame: self, none, or origins such as https://portal.example.com.",
    )
    refresh_seconds: float = Field(30, ge=1, le=3600, description="A run shows on an open page within this time.")
    state_dir: Path = Field(Path("var"), description="Where `make run` keeps the embedded MLflow's data, and its logs.")
    cache_dir: Path = Field(Path("var/cache"), description="What the workers of one host share; safe to delete.")
    cache_max_bytes: int = Field(
        2**30, ge=2**20, description="Bytes of metric histories in CACHE_DIR; the least recently drawn leave first."
    )
    mlflow_backend_store_uri: StoreUri = Field(
        None,
        description="MLflow's database, sqlite:////… or postgresql://…, to read runs and histories faster; only read.",
        repr=False,
    )
    vocabulary_file: Vocabularies = Field(
        None, description="A TOML file with your own names for metrics and parameters; see docs/vocabulary.md."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least severe line logged.")

    @property
    def tick_seconds(self) -> float:
        """How often an open page asks for news: often enough that `refresh_seconds` holds."""
        return max(1.0, self.refresh_seconds / 6)

    @property
    def patience_seconds(self) -> float:
        """How long a callback waits for what it does not know yet: a page renders within 2 s, whoever is away."""
        return min(1.5, self.tick_seconds / 2)

    @property
    def vocabulary(self) -> Vocabulary:
        """What this team's tools call things."""
        return DEFAULT if self.vocabulary_file is None else read_vocabulary(self.vocabulary_file)

    @property
    def trusted_networks(self) -> list[IPv4Network | IPv6Network]:
        """Where the proxies are whose headers count."""
        return networks(self.trusted_proxies)

    @property
    def secrets(self) -> frozenset[str]:
        """What no log line may hold: the tokens, and the passwords in addresses, those of proxies included."""
        own = (self.api_token, self.trusted_proxy_secret, self.mlflow_tracking_password, self.mlflow_tracking_token)
        urls = (
            *(self.mlflow_tracking_uri, self.mlflow_url, self.model_server_url, self.inference_ui_url),
            self.scheduler_url,
        )
        found = secrets_in([*(str(url) for url in urls if url), self.mlflow_backend_store_uri or ""])
        monitors = (one.credentials for one in self.gpu_monitors_listed)
        return (
            found | {one.password for one in monitors if one} | {one for one in own if one} | proxy_passwords(environ)
        )

    @property
    def embedded(self) -> bool:
        """Whether the embedded MLflow is the one in use."""
        return self.mlflow_tracking_uri is None

    @property
    def embedded_gpu_monitor(self) -> bool:
        """Whether `make run` starts the GPU monitor."""
        return not self.gpu_monitors_listed

    @property
    def embedded_inference(self) -> bool:
        """Whether `make run` starts the inference engine."""
        return not self.inference_ws_url

    @property
    def inference_url(self) -> str:
        """The embedded engine's address as this process reaches it, without a trailing slash."""
        return _local_url(self.inference_host, self.inference_port)

    @property
    def embedded_scheduler(self) -> bool:
        """Whether `make run` starts the scheduler of trainings."""
        return self.scheduler_url is None

    @property
    def scheduler_address(self) -> str:
        """The scheduler's address as this process reaches it, without a trailing slash."""
        if self.scheduler_url is not None:
            return str(self.scheduler_url).rstrip("/")
        return _local_url(self.scheduler_host, self.scheduler_port)

    @property
    def gpu_monitors_listed(self) -> list[GpuMonitorAddress]:
        """The monitors of GPU_MONITOR_URLS."""
        return read_addresses(self.gpu_monitor_urls)

    @property
    def gpu_monitors(self) -> list[GpuMonitorAddress]:
        """The monitors to show: those listed, else the one of this machine."""
        local = _local_url(self.gpu_monitor_host, self.gpu_monitor_port)
        return self.gpu_monitors_listed or [GpuMonitorAddress("local", local)]

    @property
    def tracking_url(self) -> str:
        """MLflow's address as this process reaches it, without a trailing slash."""
        return str(self.mlflow_tracking_uri or f"http://127.0.0.1:{self.mlflow_port}").rstrip("/")


def _local_url(host: str, port: int) -> str:
    """A service of this machine, by the address it binds to."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
