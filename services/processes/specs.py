"""The processes that `make run` supervises, one entry each, for launcher, ports, supervisor and docs."""

from collections.abc import Callable
from typing import Final, NamedTuple

from settings.settings import Settings


class ProcessSpec(NamedTuple):
    """One process: its name, command, address, and when it is needed.

    `command` is supervisord's, which expands %(ENV_…)s. `listens` is the prefix of its two settings: `MLFLOW` for
    MLFLOW_HOST and MLFLOW_PORT, empty for HOST and PORT, None if it does not listen. A process that `runs_once` waits
    for what it needs, and ends by itself. Without `starts_first` it waits until the dashboard answers: on two cores,
    the first page should not compete with processes that it does not need.
    """

    name: str
    title: str
    meaning: str
    command: str
    listens: str | None
    is_wanted: Callable[[Settings], bool]
    unless: str = ""
    more: str = ""
    health_path: str = "/health"
    start_seconds: int = 5
    ends_its_group: bool = False
    checks_hosts_itself: bool = False
    runs_once: bool = False
    starts_first: bool = False

    @property
    def host_setting(self) -> str:
        """The variable for the host that it binds to."""
        return f"{self.listens}_HOST" if self.listens else "HOST"

    @property
    def port_setting(self) -> str:
        """The variable for the port that it listens on."""
        return f"{self.listens}_PORT" if self.listens else "PORT"

    def address(self, settings: Settings) -> tuple[str, int]:
        """Returns the host and port that it binds to."""
        host, port = self.host_setting.lower(), self.port_setting.lower()
        return getattr(settings, host), getattr(settings, port)

    def url(self, settings: Settings) -> str:
        """Returns its address from this machine, without a trailing slash."""
        host, port = self.address(settings)
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


MLFLOW: Final = ProcessSpec(
    name="mlflow",
    title="MLflow",
    meaning="an MLflow server on SQLite",
    command="python -m training.mlflow_server --host %(ENV_MLFLOW_HOST)s --port %(ENV_MLFLOW_PORT)s",
    listens="MLFLOW",
    is_wanted=lambda settings: settings.embedded,
    unless="MLFLOW_TRACKING_URI",
    start_seconds=15,
    starts_first=True,
    checks_hosts_itself=True,  # MLFLOW_SERVER_ALLOWED_HOSTS
)
_GPU_MONITOR: Final = ProcessSpec(
    name="gpu_monitor",
    title="The GPU monitor",
    meaning="`python -m gpu_monitor`",
    more="see [its page](../gpu_monitor/README.md)",
    command="python -m gpu_monitor",
    listens="GPU_MONITOR",
    is_wanted=lambda settings: settings.embedded_gpu_monitor,
    unless="GPU_MONITOR_URLS",
)
_INFERENCE: Final = ProcessSpec(
    name="inference",
    title="The inference engine",
    meaning="`python -m inference`",
    more="see [its page](../inference/README.md)",
    command="python -m inference",
    listens="INFERENCE",
    is_wanted=lambda settings: settings.embedded_inference,
    unless="INFERENCE_WS_URL",
)
# Without its group: trainings outlive it, and are found again at the next start.
_SCHEDULER: Final = ProcessSpec(
    name="scheduler",
    title="The scheduler",
    meaning="`python -m scheduler`, which starts and queues trainings",
    more="see [its page](../scheduler/README.md)",
    command="python -m scheduler",
    listens="SCHEDULER",
    is_wanted=lambda settings: settings.embedded_scheduler,
    unless="SCHEDULER_URL",
)
# Continues from its position, which it reads from MLflow: it may end at any moment.
_TENSORBOARD_IMPORT: Final = ProcessSpec(
    name="tensorboard_import",
    title="The importer of TensorBoard's runs",
    meaning="`python -m tensorboard_import`, which follows the folders of `TENSORBOARD_DIRS`, if that is set",
    more="see [its page](tensorboard.md)",
    command="python -m tensorboard_import",
    listens=None,
    is_wanted=lambda settings: bool(settings.tensorboard_dirs),
)
# Its messages are on disk before they are sent: it may end at any moment.
_WATCHER: Final = ProcessSpec(
    name="watcher",
    title="The watcher",
    meaning="`python -m watcher`, which sends alerts to the team, if `ALERTS_FILE` is set",
    more="see [its page](alerts.md)",
    command="python -m watcher",
    listens=None,
    is_wanted=lambda settings: settings.alerts_file is not None,
)
DASHBOARD: Final = ProcessSpec(
    name="dashboard",
    title="The dashboard",
    meaning="`gunicorn app:server`",
    more="http://127.0.0.1:8050/ by default",
    command='python -m gunicorn --config "%(ENV_CLEW_TREE)s/docs/deploy/gunicorn.conf.py" app:server',
    listens="",
    starts_first=True,
    is_wanted=lambda _settings: True,
)
SAMPLES: Final = ProcessSpec(
    name="samples",
    title="The sample data",
    meaning="loads recorded sample runs into the embedded MLflow if it was never used, then ends",
    command="python -m training.samples",
    listens=None,
    is_wanted=lambda settings: settings.embedded and not settings.tensorboard_dirs,
    unless="MLFLOW_TRACKING_URI",
    ends_its_group=True,
    runs_once=True,
)
PROCESSES: Final = (MLFLOW, _GPU_MONITOR, _INFERENCE, _SCHEDULER, _TENSORBOARD_IMPORT, _WATCHER, DASHBOARD, SAMPLES)
BY_NAME: Final = {process.name: process for process in PROCESSES}


def listening(settings: Settings) -> list[ProcessSpec]:
    """Returns the processes of this start that bind an address, the dashboard first, so that problems name it first."""
    binding = (process for process in services_of(settings) if process.listens is not None)
    return sorted(binding, key=lambda process: process is not DASHBOARD)


def services_of(settings: Settings) -> list[ProcessSpec]:
    """Returns the processes that this start supervises, in the order in which they are started."""
    return [process for process in PROCESSES if not process.runs_once and process.is_wanted(settings)]
