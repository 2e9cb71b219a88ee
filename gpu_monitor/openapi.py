"""The monitor's API as an OpenAPI document: `python -m gpu_monitor.openapi` writes docs/gpu_monitor.openapi.yaml."""

from typing import Final

from flask import Flask

from domain.access.table import GPU_MONITOR
from gpu_monitor.app import app_of
from gpu_monitor.history.keeper import HistoryRecorder
from gpu_monitor.settings import GpuMonitorSettings
from gpu_monitor.watch import ReadingPublisher
from serving.operations import openapi
from serving.operations.failures import MEANINGS_IN_SERVICES
from sockets.broadcast import Broadcast

API: Final = openapi.HttpApi(
    module="gpu_monitor.openapi",
    file=openapi.DOCS / "gpu_monitor.openapi.yaml",
    title="Clew's GPU monitor",
    description="The GPUs of one host: now, in the last day, and for Prometheus. It only reads.",
    access=GPU_MONITOR,
    meanings=MEANINGS_IN_SERVICES,
    guard=(),
)


def server() -> Flask:
    """Returns the app with all its routes, which samples nothing."""
    settings, broadcast = GpuMonitorSettings(_env_file=None, gpu_demo=True), Broadcast()
    keeper = HistoryRecorder(settings, None)
    return app_of(settings, ReadingPublisher(settings, broadcast.publish, keeper.take), keeper, broadcast)[0]


if __name__ == "__main__":
    openapi.write(server(), API)
