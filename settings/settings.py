"""The dashboard's settings: its fields, and values derived from them."""

from ipaddress import IPv4Network, IPv6Network
from os import environ
from pathlib import Path

from domain.access.settings import networks
from domain.hosts import Origin
from domain.secrets import proxy_passwords, secrets_in
from domain.tracking.vocabulary import DEFAULT, Vocabulary
from settings.gpu_addresses import GpuMonitorAddress, read_addresses
from settings.setting_fields import SettingFields
from settings.setting_types import EVERY_TAGGED, headers_in, listed_names, named_folders, origins_in
from settings.vocabulary_file import read_vocabulary


class Settings(SettingFields):
    """The settings, and values derived from them."""

    @property
    def tick_seconds(self) -> float:
        """How often an open page polls: often enough for `refresh_seconds`."""
        return max(1.0, self.refresh_seconds / 6)

    @property
    def patience_seconds(self) -> float:
        """How long a callback waits for unknown data: a page renders within 2 s, even if a service is unreachable."""
        return min(1.5, self.tick_seconds / 2)

    @property
    def vocabulary(self) -> Vocabulary:
        """The team's names of metrics and parameters."""
        return DEFAULT if self.vocabulary_file is None else read_vocabulary(self.vocabulary_file)

    @property
    def model_names_listed(self) -> list[str]:
        """The registered models that are named in addition to the first."""
        return [name for name in listed_names(self.model_names) if name != EVERY_TAGGED]

    @property
    def models_by_tag(self) -> bool:
        """Whether registered models are also selected by their tag."""
        return EVERY_TAGGED in listed_names(self.model_names)

    @property
    def artifact_origins(self) -> frozenset[Origin]:
        """The origins in ARTIFACT_STORES."""
        return origins_in(self.artifact_stores)

    @property
    def trusted_networks(self) -> list[IPv4Network | IPv6Network]:
        """The networks of trusted proxies."""
        return networks(self.trusted_proxies)

    @property
    def secrets(self) -> frozenset[str]:
        """Secrets that no log line may contain.

        The tokens, and the passwords in addresses, including those of proxies.
        """
        own = (
            *(self.api_token, self.trusted_proxy_secret, self.mlflow_tracking_password, self.mlflow_tracking_token),
            *(self.prometheus_token, *self.prometheus_header_values.values()),
        )
        urls = (
            *(self.mlflow_tracking_uri, self.mlflow_url, self.model_server_url, self.inference_ui_url),
            *(self.scheduler_url, self.prometheus_url),
        )
        found = secrets_in([*(str(url) for url in urls if url), self.mlflow_backend_store_uri or ""])
        monitors = (one.credentials for one in self.gpu_monitors_listed)
        return (
            found | {one.password for one in monitors if one} | {one for one in own if one} | proxy_passwords(environ)
        )

    @property
    def prometheus_header_values(self) -> dict[str, str]:
        """The headers of PROMETHEUS_HEADERS, by name."""
        return headers_in(self.prometheus_headers)

    @property
    def tensorboard_folders(self) -> dict[str, Path]:
        """The watched TensorBoard folders, by the experiment of their runs."""
        return named_folders(self.tensorboard_dirs)

    @property
    def embedded(self) -> bool:
        """Whether the embedded MLflow is in use."""
        return self.mlflow_tracking_uri is None

    @property
    def mlflow_database(self) -> str | None:
        """MLflow's database, if it is known: the embedded one's is in STATE_DIR."""
        if self.mlflow_backend_store_uri or not self.embedded:
            return self.mlflow_backend_store_uri
        return f"sqlite:///{(self.state_dir / 'mlflow' / 'mlflow.db').resolve()}"

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
    """Returns the address of a service on this machine, from the address it binds to."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
