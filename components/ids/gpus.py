"""The ids of the GPU page."""

# GPU page: `host` is a monitor's place in the list of them
GPU_MONITORS = "gpus-monitors"
GPU_STARTED = "gpus-started"
GPU_TEXTS = "gpus-texts"
GPU_SCHEMA = "gpus-schema"
GPU_RUNS = "gpus-runs"
GPU_CHART = "gpus-chart"
GPU_SUMMARY = "gpus-summary"
GPU_CHART_NOTE = "gpus-chart-note"
GPU_PROCESSES = "gpus-processes"


def gpu(what: str, host: int) -> str:
    """A part of a host on the GPU page: socket, badge, since, notice, shape or cards."""
    return f"gpu-{what}-{host}"
