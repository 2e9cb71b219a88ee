"""Addresses for the reader's browser, which may differ from the ones that this process uses."""

from urllib.parse import quote

from domain.addresses import credentials_in, without_credentials
from settings.settings import Settings


def mlflow_run_page(
    settings: Settings, page_scheme: str, page_host: str, experiment_id: str, run_id: str
) -> str | None:
    """Returns the run's page in MLflow, or None if the browser cannot reach it.

    `MLFLOW_URL` if it is set, else the team's server as configured; the embedded one is on the page's own host, and
    cannot be reached from a page on https.
    """
    if settings.mlflow_url is not None:
        base = without_credentials(str(settings.mlflow_url).rstrip("/"))
    elif not settings.embedded:
        base = without_credentials(settings.tracking_url)
    elif page_scheme == "http":
        base = f"http://{_without_port(page_host)}:{settings.mlflow_port}"
    else:
        return None
    return f"{base}/#/experiments/{quote(experiment_id)}/runs/{quote(run_id)}"


def browser_url_warnings(settings: Settings) -> list[str]:
    """Returns a sentence for each address that browsers open without its configured name and password."""
    opened = {"MLFLOW_URL": settings.mlflow_url, "INFERENCE_UI_URL": settings.inference_ui_url}
    return [
        f"{name} holds a name or a password. Every reader would see it, so pages link to the address without it."
        for name, url in opened.items()
        if url is not None and credentials_in(str(url)) is not None
    ]


def _without_port(host: str) -> str:
    """Returns the host of "host:port"; an IPv6 address keeps its brackets."""
    return host if host.endswith("]") else host.rsplit(":", 1)[0] if ":" in host else host
