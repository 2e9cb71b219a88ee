"""The ids of the inference page."""

# Inference page
INFERENCE_ENGINE = "inference-engine"
INFERENCE_TEXTS = "inference-texts"
INFERENCE_SCHEMA = "inference-schema"
INFERENCE_STARTED = "inference-started"
INFERENCE_REQUEST = "inference-request"
INFERENCE_PLAY = "inference-play"
INFERENCE_STOP = "inference-stop"
INFERENCE_STEP = "inference-step"
INFERENCE_RESET = "inference-reset"
INFERENCE_SPEED = "inference-speed"
INFERENCE_PACE = "inference-pace"
INFERENCE_GOES_ON = "inference-goes-on"
INFERENCE_EPISODES = "inference-episodes"
INFERENCE_KEYS = "inference-keys"
INFERENCE_MODEL = "inference-model"
INFERENCE_VERSUS = "inference-versus"
INFERENCE_SIZE = "inference-size"
INFERENCE_SEED = "inference-seed"
INFERENCE_CHART = "inference-chart"
INFERENCE_SUMMARY = "inference-summary"
INFERENCE_SHOWN = "inference-shown"
EVALUATE = "evaluation-start"
EVALUATE_CANCEL = "evaluation-cancel"
EVALUATE_TICK = "evaluation-tick"
EVALUATION = "evaluation-report"
EVALUATION_WAITING = "evaluation-waiting"
EVALUATION_WHOSE = "evaluation-whose"


def walk(what: str, side: str) -> str:
    """Returns the id of a part of a side ("a" or "b") of the inference page.

    Parts are badge, since, section, title, board, news and trouble.
    """
    return f"walk-{what}-{side}"
