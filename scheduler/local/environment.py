"""The environment variables of a training: a fixed list, and nothing else of the scheduler's own."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from domain.addresses import credentials_in, no_proxy_for_loopback, without_credentials
from settings.settings import Settings

_INHERITED_VARIABLES: Final = frozenset(
    {
        *("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "USER", "LOGNAME", "VIRTUAL_ENV", "LD_LIBRARY_PATH"),
        *("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"),
    }
)
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy")


def base_environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Returns the variables that are passed on: no token, no password, no database."""
    found = {name: value for name, value in ours.items() if name in _INHERITED_VARIABLES or name.startswith("LC_")}
    proxies = {name: value for name, value in ours.items() if name.lower() in _PROXIES}
    return found | proxies | no_proxy_for_loopback(ours) | {"PYTHONUNBUFFERED": "1"}


def tracking_environment(settings: Settings, run_id: str) -> dict[str, str]:
    """Returns the variables by which MLflow's own client finds the server and the run."""
    url = settings.tracking_url
    found = {"MLFLOW_TRACKING_URI": without_credentials(url), "MLFLOW_RUN_ID": run_id}
    if settings.mlflow_tracking_token:
        return found | {"MLFLOW_TRACKING_TOKEN": settings.mlflow_tracking_token}
    if settings.mlflow_tracking_username:
        password = settings.mlflow_tracking_password or ""
        return found | _login(settings.mlflow_tracking_username, password)
    inside = credentials_in(url)
    return found | _login(inside.username, inside.password) if inside else found


def search_path(path: str) -> str:
    """Returns PATH with the folder of this Python before it.

    "python" in a command is then the one with Clew's libraries.
    """
    return os.pathsep.join(filter(None, (str(Path(sys.executable).parent), path)))


def local_environment(folder: Path, gpu_names: Sequence[str]) -> dict[str, str]:
    """Returns the variables for the training's folder on this machine, and for its GPUs.

    Without a request for GPUs it gets none.
    """
    path = search_path(os.environ.get("PATH", os.defpath))
    gpus = {"PATH": path, "CUDA_VISIBLE_DEVICES": ",".join(gpu_names), "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    return gpus | {"CLEW_RUN_FOLDER": str(folder)}


def _login(username: str, password: str) -> dict[str, str]:
    return {"MLFLOW_TRACKING_USERNAME": username, "MLFLOW_TRACKING_PASSWORD": password}
