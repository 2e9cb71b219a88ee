"""Runs an MLflow server on SQLite: `python -m training.mlflow_server --folder DIR --port N`.

`mlflow server` does the same in two processes: the command line, which makes the database, stays for as long as the
server that it starts, and each of them loads all of MLflow. One process answers after 0.6 of the time and takes 0.6 of
the memory (`python -m bench.mlflow_start`). The database is made before the first request is answered: the server
itself would make it for that request, and two first requests at once leave it half made for ever ("table experiments
already exists").
"""

import argparse
import os
from pathlib import Path
from typing import Final

DATABASE: Final = "mlflow.db"
FOLDER_VARIABLE: Final = "CLEW_MLFLOW_DIR"  # how the launcher passes any path, quotes included

_ARTIFACT_ROOT: Final = "mlflow-artifacts:/"
_GRACE_SECONDS: Final = 3


def main() -> None:
    """Parses the command line and serves until a signal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    folder = os.environ.get(FOLDER_VARIABLE)
    parser.add_argument(
        "--folder", type=Path, default=folder, required=not folder, help="where the database and the artifacts are kept"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--artifacts-destination", default="./artifacts", help="a folder, or the URI of a bucket")
    parser.add_argument("--no-access-log", action="store_true", help="write no line for each request")
    options = parser.parse_args()
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    # Its job runner would be ten more processes for features that Clew does not use.
    os.environ.setdefault("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")
    os.chdir(options.folder)
    _serve(options.host, options.port, options.artifacts_destination, with_access_log=not options.no_access_log)


def _serve(host: str, port: int, artifacts_destination: str, *, with_access_log: bool) -> None:
    # MLflow reads its environment while it is imported; and the callers that need DATABASE alone need no MLflow.
    import uvicorn
    from mlflow import server
    from mlflow.server.handlers import initialize_backend_stores

    store = f"sqlite:///{DATABASE}"
    os.environ |= {
        server.BACKEND_STORE_URI_ENV_VAR: store,
        server.REGISTRY_STORE_URI_ENV_VAR: store,
        server.ARTIFACT_ROOT_ENV_VAR: _ARTIFACT_ROOT,
        server.ARTIFACTS_DESTINATION_ENV_VAR: artifacts_destination,
        server.SERVE_ARTIFACTS_ENV_VAR: "true",
        "_MLFLOW_SGI_NAME": "uvicorn",
    }
    initialize_backend_stores(store, store, _ARTIFACT_ROOT)
    uvicorn.run(
        "mlflow.server.fastapi_app:app",
        host=host,
        port=port,
        workers=1,  # whatever WEB_CONCURRENCY says: SQLite has one writer
        log_config=str(Path(server.__file__).with_name("uvicorn_log_config.yaml")),
        access_log=with_access_log,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


if __name__ == "__main__":
    main()
