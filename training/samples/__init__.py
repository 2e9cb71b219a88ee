"""The recorded sample runs: where they are kept, how they were recorded, how they fill an untouched MLflow."""
