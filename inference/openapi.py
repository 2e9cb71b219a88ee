"""The engine's API as an OpenAPI document: `python -m inference.openapi` writes docs/inference.openapi.yaml."""

from typing import Final

from flask import Flask

from domain.access.table import INFERENCE
from domain.errors.records import MeasuresNothing, TokenNeeded
from inference.app import create_app
from inference.settings import InferenceSettings
from serving.operations import openapi
from serving.operations.failures import MEANINGS_IN_SERVICES

API: Final = openapi.HttpApi(
    module="inference.openapi",
    file=openapi.DOCS / "inference.openapi.yaml",
    title="Clew's inference engine",
    description="Evaluates models and draws their episodes. Ids of models are opaque; percent-encode them in paths.",
    access=INFERENCE,
    meanings=MEANINGS_IN_SERVICES,
    guard=(TokenNeeded, MeasuresNothing),
)


def server() -> Flask:
    """Returns the app with all its routes, stopped."""
    app, stop = create_app(InferenceSettings(_env_file=None))
    stop()
    return app


if __name__ == "__main__":
    openapi.write(server(), API)
