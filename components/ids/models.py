"""The ids of the models page and of the page of one model."""

# Models page
MODEL_ROWS = "models-rows"
MODEL_TEXTS = "models-texts"
MODEL_FRESHNESS = "models-freshness"
MODEL_BAD_ROWS = "models-bad-rows"
MODEL_TABLE = "models-table"
MODEL_EMPTY = "models-empty"
MODEL_ALGORITHM = "models-algorithm"
MODEL_STATE = "models-state"
MODEL_NAME = "models-name"
MODEL_GROUPS = "models-groups"
MODEL_CHOSEN = "models-chosen"
MODEL_ACTIVATE = "models-activate"
MODEL_DETAILS = "models-details"
MODEL_DELETE = "models-delete"
MODEL_RESTORE = "models-restore"
MODEL_HISTORY = "models-history"
MODEL_DRAWN = "models-drawn"

# Page of one model
MODEL_ID = "model-id"
MODEL_FACTS = "model-facts"
MODEL_POLICY = "model-policy"
MODEL_CHECKED = "model-checked"


def change(verb: str) -> str:
    """Returns the id of the button of the model page for this change."""
    return f"model-{verb}"
