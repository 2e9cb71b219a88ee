"""The recorded sample runs: storing, recording them, and filling an untouched MLflow with them."""
