"""Makes an exported policy a version of the registered model."""

from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from training.tracking import already_exists, translated

MODEL_FOLDER = "model"
ONNX_FILE = "policy.onnx"


def register_version(client: MlflowClient, name: str, run_id: str, artifact_uri: str, tags: dict[str, str]) -> str:
    """Registers the run's `model/` folder as a version and returns its number; `tags` gain `onnx_file`."""
    with translated(str(client.tracking_uri)):
        ensure_model(client, name)
        # run_id is not only lineage: without it MLflow refuses a source that its own artifact proxy serves.
        version = client.create_model_version(
            name, f"{artifact_uri}/{MODEL_FOLDER}", run_id, tags=tags | {"onnx_file": ONNX_FILE}, await_creation_for=0
        )
    return str(version.version)


def ensure_model(client: MlflowClient, name: str) -> None:
    """Creates the registered model unless it is there."""
    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if not already_exists(error):
            raise
