"""The ids of the front page."""

# Front page
FRONT_GPU_MONITORS = "front-gpu-monitors"
FRONT_GPU_STARTED = "front-gpu-started"
FRONT_GPU_TEXTS = "front-gpu-texts"
FRONT_GPU_SCHEMA = "front-gpu-schema"
FRONT_GPU_HOSTS = "front-gpu-hosts"
FRONT_GPU_WORDS = "front-gpu-words"
FRONT_GPU_MAP = "front-gpu-map"
FRONT_GPU_GPUS = "front-gpu-gpus"
FRONT_GPU_MORE = "front-gpu-more"
FRONT_FOLD = "front-health-fold"
FRONT_FOLD_TITLE = "front-health-fold-title"
FRONT_FOLD_ROWS = "front-health-fold-rows"


def front(tile: str, what: str) -> str:
    """Returns the id of a part of a tile (attention, model, runs, gpus, best or health): body, as-of or drawn."""
    return f"front-{tile}-{what}"


def front_gpu(what: str, host: int) -> str:
    """Returns the id of a part of a host in the GPU tile: socket, badge, since, notice or said."""
    return f"front-gpu-{what}-{host}"
