"""The fields of the dashboard's settings: each from the environment (or `.env`), each with a description."""

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
)
from domain.environments.settings import EnvironmentsFilePath
from domain.hosts import TRUSTED_HOSTS_MEANING
from domain.run_facts.commit_url import CommitUrl
from domain.url_settings import OptionalUrl
from settings.alerts_file import AlertsFile
from settings.setting_types import (
    FolderList,
    FrameAncestors,
    HeaderList,
    HostList,
    ModelNames,
    MonitorList,
    Port,
    SocketUrl,
    StoreList,
    StoreUri,
    Vocabularies,
)


class SettingFields(BaseSettings):
    """Where Clew listens, which services it uses, and how often.

    Field `refresh_seconds` is the variable `REFRESH_SECONDS`.
    """

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    host: str = Field("127.0.0.1", description="Address the dashboard binds to; loopback by default.")
    port: Port = Field(8050, description="Port of the dashboard.")
    web_workers: int = Field(2, ge=1, le=64, description="gunicorn worker processes of the dashboard.")
    web_threads: int = Field(
        8,
        ge=1,
        le=64,
        description="The number of pages, and separately of callbacks, that each worker handles at a time; half as "
        "many API reads, and a quarter each of policy files, changes and health checks.",
    )
    dash_requests_pathname_prefix: str = Field(
        "/",
        pattern=r"^/(.*/)?$",
        description="Sub-path under which a reverse proxy serves Clew, such as /clew/; the proxy strips it.",
    )
    mlflow_tracking_uri: OptionalUrl = Field(
        None, description="The team's MLflow, such as https://mlflow.example.com. Empty: `make run` starts one."
    )
    mlflow_host: Literal["127.0.0.1", "0.0.0.0"] = Field(
        "127.0.0.1", description="Address the embedded MLflow binds to; 0.0.0.0 shows its own UI to other machines."
    )
    mlflow_port: Port = Field(5050, description="Port of the embedded MLflow.")
    mlflow_url: OptionalUrl = Field(
        None, description="MLflow's address for browsers, if it differs from MLFLOW_TRACKING_URI."
    )
    mlflow_tracking_username: str | None = Field(None, description="User name, if MLflow requires one.")
    mlflow_tracking_password: str | None = Field(None, description="Password of that user.", repr=False)
    mlflow_tracking_token: str | None = Field(None, description="Bearer token, if MLflow requires one.", repr=False)
    artifact_stores: StoreList = Field(
        "",
        description="Stores whose files may be read at an address that MLflow signed, as a comma list such as "
        "http://minio.example.com:9000, in addition to MLflow's own host and https hosts with a name; all others are "
        "read through MLflow.",
    )
    environments_file: EnvironmentsFilePath = None
    model_name: str = Field(
        "clew-maze", description="The first of the registered models whose versions are the team's models."
    )
    model_names: ModelNames = Field(
        "*",
        description="Further registered models, as a comma list such as cartpole,pong; * is every registered model "
        "with the tag clew.model. Set it to the value of MODEL_NAME for no others.",
    )
    model_server_url: OptionalUrl = Field(
        None, description="The team's model server, such as http://models:8080. Empty: models are in MLflow's registry."
    )
    model_retention_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="Deleted models are kept this long; `python -m services.registry.purge` removes them.",
    )
    run_retention_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="Runs stay in the trash this long; `python -m services.run_changes.purge` removes them.",
    )
    inference_ui_url: OptionalUrl = Field(
        None, description="The page that “Try it” opens, such as the team's own. Empty: Clew's own inference page."
    )
    gpu_monitor_host: str = Field(
        "127.0.0.1", description="Address the GPU monitor binds to; 0.0.0.0 if browsers of other machines connect."
    )
    gpu_monitor_port: Port = Field(8001, description="Port of the GPU monitor.")
    gpu_monitor_urls: MonitorList = Field(
        "",
        description="The team's GPU monitors, as a comma list of name=url, such as trainer-1=http://trainer-1:8001, "
        "or name=url|wss://… if browsers need another address. Empty: `make run` starts one.",
        repr=False,
    )
    prometheus_url: OptionalUrl = Field(
        None,
        description="The Prometheus with the GPUs' history, from Clew's monitors, dcgm-exporter or both, such as "
        "http://prometheus:9090. Empty: each monitor records a day.",
    )
    prometheus_token: str | None = Field(None, description="Bearer token, if Prometheus requires one.", repr=False)
    prometheus_headers: HeaderList = Field(
        "", description="Further headers for it, as a comma list such as X-Scope-OrgID=rl.", repr=False
    )
    inference_host: str = Field(
        "127.0.0.1", description="Address the inference engine binds to; 0.0.0.0 if browsers of other machines connect."
    )
    inference_port: Port = Field(8002, description="Port of the inference engine.")
    inference_ws_url: SocketUrl = Field(
        "",
        description="The WebSocket address of the team's own inference server for browsers, such as "
        "wss://models.example.com/ws/inference. Empty: `make run` starts an engine.",
        repr=False,
    )
    scheduler_host: str = Field(
        "127.0.0.1",
        description="Address the scheduler of trainings binds to; 0.0.0.0 if browsers of other machines connect.",
    )
    scheduler_port: Port = Field(8003, description="Port of the scheduler of trainings.")
    scheduler_url: OptionalUrl = Field(
        None,
        description="The team's scheduler of trainings, such as http://trainer-1:8003. Empty: `make run` starts one.",
    )
    scheduler_ws_url: SocketUrl = Field(
        "",
        description="The scheduler's WebSocket address for browsers, without the part after /ws/training, such as "
        "wss://clew.example.com/ws/training. Empty: derived from SCHEDULER_URL and the page's own address.",
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
        description="Sites that may show Clew in a frame: self, none, or origins such as https://portal.example.com.",
    )
    refresh_seconds: float = Field(30, ge=1, le=3600, description="New runs appear on an open page within this time.")
    state_dir: Path = Field(
        Path("var"),
        description="The folder for the embedded MLflow's data, logs, trainings' files, and the state of scheduler, "
        "watcher and GPU history.",
    )
    cache_dir: Path = Field(Path("var/cache"), description="What the workers of one host share; safe to delete.")
    cache_max_bytes: int = Field(
        2**30,
        ge=2**20,
        description="Bytes of metric histories in CACHE_DIR; the least recently drawn are removed first.",
    )
    mlflow_backend_store_uri: StoreUri = Field(
        None,
        description="MLflow's database, sqlite:////… or postgresql://…, to read runs and histories faster; only the"
        " purge of runs writes there.",
        repr=False,
    )
    commit_url: CommitUrl = Field(
        None,
        description="The address of a commit, with {commit} as placeholder, such as "
        "https://git.example.com/team/repo/commit/{commit}. Empty: commits are not linked.",
    )
    tensorboard_dirs: FolderList = Field(
        "",
        description="Folders of TensorBoard whose runs are imported and followed, as a comma list of experiment=path, "
        "such as cleanrl=/data/runs; see docs/tensorboard.md.",
    )
    alerts_file: AlertsFile = Field(
        None,
        description="A TOML file with the receivers and rules of alerts; see docs/alerts.md. Empty: no alerts, and no "
        "watcher runs.",
    )
    vocabulary_file: Vocabularies = Field(
        None, description="A TOML file with your own names for metrics and parameters; see docs/vocabulary.md."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The lowest level that is logged."
    )
