"""Why a model is not there, or is not changed."""
