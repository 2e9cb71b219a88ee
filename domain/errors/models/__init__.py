"""Why a model is missing or not changed."""
