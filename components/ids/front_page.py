"""The ids of the front page."""

# Front page
FRONT_GPU_MONITORS = "front-gpu-monitors"
FRONT_GPU_STARTED = "front-gpu-started"
FRONT_GPU_TEXTS = "front-gpu-texts"
FRONT_GPU_SCHEMA = "front-gpu-schema"


def front(tile: str, what: str) -> str:
    """A part of a tile (model, runs, gpus, best or health): body, as-of or drawn."""
    return f"front-{tile}-{what}"


def front_gpu(what: str, host: int) -> str:
    """A part of a host in the GPU tile: socket, badge, since, notice, said or gpus."""
    return f"front-gpu-{what}-{host}"
