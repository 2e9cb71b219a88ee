"""Connects to MLflow, and translates its exceptions into Clew's."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from mlflow.exceptions import MlflowException, RestException
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, ErrorCode
from mlflow.tracking import MlflowClient

from domain.addresses import credentials_in, leads_to_loopback, no_proxy_for_loopback, without_credentials
from domain.errors.records import InvalidArgument
from domain.errors.services import DeniedBecause, UnavailableBecause
from domain.messages import Text

# MLflow's own values (120 s, 7 retries) would block a training for minutes when the server is unreachable.
_PATIENCE = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "10", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
_FIRST_CONTACT = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "5", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}


def connect(uri: str) -> MlflowClient:
    """Returns a client of the MLflow at `uri`.

    Raises ServiceUnavailable within about 5 s if nothing useful answers there.
    """
    for name, value in _PATIENCE.items():
        os.environ.setdefault(name, value)
    uri = _address(uri)
    with _environment(_FIRST_CONTACT), translated(uri):
        client = MlflowClient(uri, uri)
        client.search_experiments(max_results=1)
    return client


def _address(uri: str) -> str:
    """Returns `uri` without name and password.

    MLflow's package gets these, and the proxies, from environment variables set here.
    """
    if leads_to_loopback(uri):
        os.environ.update(no_proxy_for_loopback(os.environ))
    if not uri.startswith(("http://", "https://")):
        return uri
    credentials = credentials_in(uri)
    if credentials and not any(map(os.environ.get, ("MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME"))):
        os.environ["MLFLOW_TRACKING_USERNAME"] = credentials.username
        os.environ["MLFLOW_TRACKING_PASSWORD"] = credentials.password
    return without_credentials(uri)


@contextmanager
def translated(uri: str) -> Iterator[None]:
    """Raises MLflow's exceptions as AccessDenied, BadInput (a refused request) or ServiceUnavailable."""
    try:
        yield
    except MlflowException as error:
        status, cause = error.get_http_status_code(), " ".join(str(error).split())[:300]
        if status in (401, 403):
            raise DeniedBecause(f"MLflow at {uri}", Text(cause)) from error
        if isinstance(error, RestException) and 400 <= status < 500:
            raise InvalidArgument(Text(f"MLflow at {uri} refused: {cause}")) from error
        raise UnavailableBecause(f"MLflow at {uri}", Text(_explain(cause))) from error


def already_exists(error: MlflowException) -> bool:
    """Returns whether MLflow refused to create something because it exists already."""
    return bool(error.error_code == ErrorCode.Name(RESOURCE_ALREADY_EXISTS))


def _explain(cause: str) -> str:
    if "failed with exception" in cause:  # MLflow's message for any failure of the connection itself
        return "nothing answers there. Start it (`make run` starts one), or set MLFLOW_TRACKING_URI."
    return f"it does not answer as MLflow does ({cause})."


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
